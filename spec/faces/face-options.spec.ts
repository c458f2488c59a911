import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type * as Warnings from '../../lib/warnings.js'
import {
  createVerifier,
  projectOf,
  projectTokenOf,
  reverseJwt,
  ReverseJwtStrategy,
  type ReverseJwtOptions,
} from '../../lib/index.js'
import { platform } from '../helpers/platform.js'

const { options } = platform()
const verifier = createVerifier(options)

/** What JavaScript lets anybody write. */
const settings = (value: unknown) => value as ReverseJwtOptions

describe.each<[string, (value: ReverseJwtOptions) => unknown]>([
  ['reverseJwt', reverseJwt],
  ['ReverseJwtStrategy', (value) => new ReverseJwtStrategy(value)],
])('%s', (owner, face) => {
  it.each([
    ['a verifier', { verifier }],
    ['the options of one', options],
    ['a verifier and its own', { verifier, optional: true, scope: 'a', tokenFrom: ['body'] }],
    ['both', { ...options, optional: false, scope: ['a', 'b'], tokenFrom: ['header', 'body'] }],
    ['a verifier of another make', { verifier: { authenticate: () => undefined } }],
  ])('takes %s', (_, value) => {
    expect(() => face(settings(value))).not.toThrow()
  })

  const { audience, keyStore, replayStore } = options
  it.each<[string, unknown, string]>([
    ['nothing', undefined, ' takes an object: { verifier }, or audience, keyStore and replayStore'],
    ['null', null, ' takes an object: { verifier }, or audience, keyStore and replayStore'],
    ['a string', 'shop', ' takes an object: { verifier }, or audience, keyStore and replayStore'],
    [
      'an empty object',
      {},
      ': audience must be the name of this platform, as tokens have it in aud, or a list of such names',
    ],
    [
      'no replay store',
      { audience, keyStore },
      ': replayStore must be a replay store, such as new MemoryReplayStore() for a platform of one process',
    ],
    [
      'no audience',
      { keyStore, replayStore },
      ': audience must be the name of this platform, as tokens have it in aud, or a list of such names',
    ],
    [
      'a verifier and options of one',
      { verifier, clockTolerance: 9 },
      ': clockTolerance belongs to createVerifier when verifier is given',
    ],
    [
      'a verifier and the audience',
      { verifier, audience },
      ': audience belongs to createVerifier when verifier is given',
    ],
    [
      'no verifier',
      { verifier: undefined },
      ': verifier is undefined; is the variable set that should hold it?',
    ],
    ['null for a verifier', { verifier: null }, ': verifier must be what createVerifier returns'],
    [
      'the function for a verifier',
      { verifier: createVerifier },
      ': verifier must be what createVerifier returns',
    ],
    [
      'a misspelled option',
      { ...options, optionnal: true },
      ': unknown option "optionnal". Did you mean "optional"?',
    ],
    [
      'another case',
      { ...options, tokenfrom: ['body'] },
      ': unknown option "tokenfrom". Did you mean "tokenFrom"?',
    ],
    [
      'a misspelled option of the verifier',
      { ...options, audiance: 'x' },
      ': unknown option "audiance". Did you mean "audience"?',
    ],
    ['a misspelled verifier', { verifer: verifier }, ': unknown option "verifer". Did you mean "verifier"?'],
    [
      'a misspelled option beside a verifier',
      { verifier, scopes: 'a' },
      ': unknown option "scopes". Did you mean "scope"?',
    ],
    [
      'an option that is like none',
      { verifier, passReqToCallback: true },
      ': unknown option "passReqToCallback". Known: optional, tokenFrom, scope, verifier.',
    ],
    [
      'optional: undefined',
      { verifier, optional: undefined },
      ': optional is undefined; set it or leave it out',
    ],
    ['scope: undefined', { verifier, scope: undefined }, ': scope is undefined; set it or leave it out'],
    ['optional: 1', { verifier, optional: 1 }, ': optional must be true or false'],
    ["optional: 'false'", { verifier, optional: 'false' }, ': optional must be true or false'],
    ...([[], 'header', ['query'], ['header', 'cookie'], [undefined], null, {}] as unknown[]).map(
      (tokenFrom): [string, unknown, string] => [
        `tokenFrom: ${JSON.stringify(tokenFrom)}`,
        { verifier, tokenFrom },
        ": tokenFrom must be a list of 'header' or 'body' or both",
      ],
    ),
    ...(['', ' ', 'a  b', 'a"b', 'a\\b', 'a\nb', 'ä', [], ['a b'], ['a', ''], null, 7, {}] as unknown[]).map(
      (scope): [string, unknown, string] => [
        `scope: ${JSON.stringify(scope)}`,
        { verifier, scope },
        ': scope must be a scope name or a list of them',
      ],
    ),
  ])('throws a TypeError that helps for %s', (_, value, message) => {
    expect(() => face(settings(value))).toThrow(new TypeError(owner + message))
  })
})

describe('projectOf and projectTokenOf', () => {
  const sentence = (name: string) =>
    `This request has no ${name}. Mount reverseJwt() or passport.authenticate('reverse-jwt') before this handler; behind optional: true, look at req.${name} first.`

  it('return what a face has attached, the very objects', () => {
    const request = { project: { id: 'shop' }, projectToken: { kid: 'key-1' } }
    expect(projectOf(request)).toBe(request.project)
    expect(projectTokenOf(request)).toBe(request.projectToken)
  })

  it('throw where nothing was authenticated', () => {
    for (const request of [{}, { project: undefined, projectToken: undefined }, { user: { id: 'shop' } }]) {
      expect(() => projectOf(request)).toThrow(new Error(sentence('project')))
      expect(() => projectTokenOf(request)).toThrow(new Error(sentence('projectToken')))
    }
  })
})

describe('the warning about TLS', () => {
  let warnWithoutTls: typeof Warnings.warnWithoutTls
  let emitWarning: jest.SpiedFunction<typeof process.emitWarning>

  beforeEach(async () => {
    jest.resetModules()
    ;({ warnWithoutTls } = await import('../../lib/warnings.js'))
    emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
  })
  afterEach(() => {
    emitWarning.mockRestore()
  })

  const from = (remoteAddress: string | undefined, secure?: boolean) => ({
    headers: {},
    socket: { remoteAddress },
    secure,
  })

  it.each([
    '203.0.113.7',
    '10.0.0.7',
    '2001:db8::7',
    '::ffff:203.0.113.7',
    '::ffff:10.127.0.1',
    '128.0.0.1',
    '::10',
  ])('is given once for requests from %s without TLS', (address) => {
    warnWithoutTls(from(address, false))
    warnWithoutTls(from(address, false))
    expect(emitWarning.mock.calls.map(([, details]) => details)).toEqual([
      { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_NO_TLS' },
    ])
  })

  it('is not given with TLS, from loopback, or where nobody can tell', () => {
    warnWithoutTls(from('203.0.113.7', true))
    for (const loopback of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      warnWithoutTls(from(loopback, false))
    }
    // node:http alone knows nothing of `secure`; a request that was never received has no socket.
    warnWithoutTls(from('203.0.113.7'))
    warnWithoutTls(from(undefined, false))
    warnWithoutTls({ headers: {}, secure: false })
    expect(emitWarning).not.toHaveBeenCalled()

    warnWithoutTls(from('203.0.113.7', false))
    expect(emitWarning).toHaveBeenCalledTimes(1)
  })
})
