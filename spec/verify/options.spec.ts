import { describe, expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { readVerifierOptions, verifierOptions, type VerifierOptions } from '../../lib/verify/options.js'
import { platform } from '../helpers/platform.js'

const { options } = platform()
const { audience, keyStore, replayStore } = options
const required: VerifierOptions = { audience, keyStore, replayStore }
const making = (override: object) => () => createVerifier({ ...required, ...override })

it('takes the three required options, and has a default for each of the others', () => {
  const settings = readVerifierOptions(required)
  expect(settings).toMatchObject({
    audience: new Set([audience]),
    algorithms: new Set(['ES256', 'RS256', 'PS256', 'EdDSA']),
    maxLifetime: 300,
    clockTolerance: 10,
    maxTokenLength: 4096,
    typ: undefined,
    requireOrigin: false,
    realm: 'reverse-jwt',
    onEvent: [],
  })
  expect(settings.keyStore).toBe(keyStore)
  expect(settings.replayStore).toBe(replayStore)
  expect(Math.abs(settings.clock() - Date.now() / 1000)).toBeLessThan(60)
})

it('takes every option', () => {
  const clock = () => 0
  const onEvent = () => undefined
  const settings = readVerifierOptions({
    ...required,
    audience: ['https://a.example', 'https://b.example'],
    algorithms: ['ES384', 'Ed25519', 'EdDSA'],
    maxLifetime: 60,
    clockTolerance: 0,
    maxTokenLength: 2048,
    typ: 'project-auth+jwt',
    requireOrigin: true,
    realm: 'embedded portal',
    clock,
    onEvent,
  })
  expect(settings).toEqual({
    audience: new Set(['https://a.example', 'https://b.example']),
    keyStore,
    replayStore,
    algorithms: new Set(['ES384', 'EdDSA']),
    maxLifetime: 60,
    clockTolerance: 0,
    maxTokenLength: 2048,
    typ: 'project-auth+jwt',
    requireOrigin: true,
    realm: 'embedded portal',
    clock,
    onEvent: [onEvent],
  })
})

it.each([
  { maxLifetime: 1 },
  { maxLifetime: 3600 },
  { clockTolerance: 60 },
  { clockTolerance: 0.5 },
  { maxTokenLength: 1 },
  { maxTokenLength: 16_384 },
])('takes the bound %j', (bound) => {
  expect(readVerifierOptions({ ...required, ...bound })).toMatchObject(bound)
})

it.each(Object.keys(verifierOptions))('refuses %s: undefined, a setting that got lost', (name) => {
  expect(making({ [name]: undefined })).toThrow(
    new TypeError(
      name in required
        ? `createVerifier: ${name} is undefined; is the variable set that should hold it?`
        : `createVerifier: ${name} is undefined; set it or leave it out`,
    ),
  )
})

it.each(['audience', 'keyStore', 'replayStore'])('refuses to do without %s', (name) => {
  const rest = Object.fromEntries(Object.entries(required).filter(([key]) => key !== name))
  expect(() => createVerifier(rest as unknown as VerifierOptions)).toThrow(TypeError)
  expect(() => createVerifier(rest as unknown as VerifierOptions)).toThrow(`createVerifier: ${name} must be`)
})

const wrongAudience =
  'audience must be the name of this platform, as tokens have it in aud, or a list of such names'
const wrongKeyStore = 'keyStore must be a key store, such as new MemoryKeyStore([...])'
const wrongReplayStore =
  'replayStore must be a replay store, such as new MemoryReplayStore() for a platform of one process'
const wrongRealm = 'realm must be printable ASCII without quotes or backslashes'
const wrongLifetime = 'maxLifetime must be a number of seconds from 1 to 3600'
const wrongTolerance = 'clockTolerance must be a number of seconds from 0 to 60'
const wrongLength = 'maxTokenLength must be a whole number of characters from 1 to 16384'

it.each<[string, unknown, string]>([
  ['audience', null, wrongAudience],
  ['audience', '', wrongAudience],
  ['audience', [], wrongAudience],
  ['audience', ['https://a.example', ''], wrongAudience],
  ['audience', [undefined], wrongAudience],
  ['audience', /platform/, wrongAudience],
  ['audience', new Set(['https://a.example']), wrongAudience],
  ['keyStore', null, wrongKeyStore],
  ['keyStore', {}, wrongKeyStore],
  ['keyStore', { find: 'shop' }, wrongKeyStore],
  ['keyStore', () => undefined, wrongKeyStore],
  ['replayStore', null, wrongReplayStore],
  ['replayStore', new Map(), wrongReplayStore],
  ['replayStore', { consume: true }, wrongReplayStore],
  ['algorithms', [], 'algorithms must be a list of at least one algorithm'],
  ['algorithms', null, 'algorithms must be a list of at least one algorithm'],
  ['algorithms', 'ES256', 'algorithms must be a list of at least one algorithm'],
  ['maxLifetime', 0, wrongLifetime],
  ['maxLifetime', -1, wrongLifetime],
  ['maxLifetime', NaN, wrongLifetime],
  ['maxLifetime', '300', wrongLifetime],
  ['maxLifetime', null, wrongLifetime],
  ['maxLifetime', 300n, wrongLifetime],
  ['maxLifetime', Symbol('300'), wrongLifetime],
  ['maxLifetime', Infinity, wrongLifetime],
  ['maxLifetime', 3601, `${wrongLifetime}; 3601 looks like milliseconds`],
  ['maxLifetime', 300_000, `${wrongLifetime}; 300000 looks like milliseconds`],
  ['clockTolerance', -1, wrongTolerance],
  ['clockTolerance', 61, wrongTolerance],
  ['clockTolerance', NaN, wrongTolerance],
  ['clockTolerance', '5', wrongTolerance],
  ['clockTolerance', 5000, `${wrongTolerance}; 5000 looks like milliseconds`],
  ['maxTokenLength', 0, wrongLength],
  ['maxTokenLength', null, wrongLength],
  ['maxTokenLength', -1, wrongLength],
  ['maxTokenLength', 0.5, wrongLength],
  ['maxTokenLength', 16_385, wrongLength],
  ['maxTokenLength', Infinity, wrongLength],
  ['maxTokenLength', '4096', wrongLength],
  ['typ', 'JWT', "typ must be 'project-auth+jwt' or left out"],
  ['typ', 'Project-Auth+JWT', "typ must be 'project-auth+jwt' or left out"],
  ['typ', true, "typ must be 'project-auth+jwt' or left out"],
  ['requireOrigin', 'false', 'requireOrigin must be true or false'],
  ['requireOrigin', 1, 'requireOrigin must be true or false'],
  ['requireOrigin', null, 'requireOrigin must be true or false'],
  ['realm', '', wrongRealm],
  ['realm', 42, wrongRealm],
  ['realm', null, wrongRealm],
  ['realm', ['x'], wrongRealm],
  ['realm', 'a "portal"', wrongRealm],
  ['realm', 'a\\b', wrongRealm],
  ['realm', 'a\r\nSet-Cookie: b', wrongRealm],
  ['realm', 'café', wrongRealm],
  ['clock', 1_790_000_000, 'clock must be a function that returns epoch seconds'],
  ['clock', new Date(0), 'clock must be a function that returns epoch seconds'],
  ['onEvent', console, 'onEvent must be a function, or a list of functions'],
  ['onEvent', null, 'onEvent must be a function, or a list of functions'],
  ['onEvent', [() => undefined, console], 'onEvent must be a function, or a list of functions'],
])('refuses %s: %p', (name, value, text) => {
  expect(making({ [name]: value })).toThrow(new TypeError(`createVerifier: ${text}`))
})

describe('algorithms', () => {
  const known = 'ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA'

  it.each(['HS256', 'HS512', 'hs256', 'none', 'None'])('refuses %s, and says why', (name) => {
    expect(making({ algorithms: ['ES256', name] })).toThrow(
      new TypeError(
        `createVerifier: algorithms has "${name}"; it can have ${known}. Only asymmetric algorithms can tell who signed.`,
      ),
    )
  })

  it.each(['es256', 'ES256K', 'Ed448', 'ESP256', '', 256, null, ['ES256'], { name: 'ES256' }])(
    'refuses %j, which is none of ours',
    (name) => {
      expect(making({ algorithms: [name] })).toThrow(
        new TypeError(`createVerifier: algorithms has ${JSON.stringify(name)}; it can have ${known}.`),
      )
    },
  )
})

it.each([
  ['audiences', 'Did you mean "audience"?'],
  ['algorithm', 'Did you mean "algorithms"?'],
  ['maxlifetime', 'Did you mean "maxLifetime"?'],
  ['clockTolerence', 'Did you mean "clockTolerance"?'],
  ['requireOrigins', 'Did you mean "requireOrigin"?'],
  ['keystore', 'Did you mean "keyStore"?'],
  ['onevent', 'Did you mean "onEvent"?'],
  ['secret', `Known: ${Object.keys(verifierOptions).join(', ')}.`],
])('refuses the unknown option %s, with a hint', (name, hint) => {
  expect(making({ [name]: 1 })).toThrow(new TypeError(`createVerifier: unknown option "${name}". ${hint}`))
})

it.each([undefined, null, 'https://platform.example', () => undefined])(
  'refuses %p in the place of the options',
  (wrong) => {
    expect(() => createVerifier(wrong as unknown as VerifierOptions)).toThrow(
      new TypeError(
        `createVerifier takes an object; each option has a name: ${Object.keys(verifierOptions).join(', ')}`,
      ),
    )
  },
)
