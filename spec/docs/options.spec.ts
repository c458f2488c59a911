import { describe, expect, it } from '@jest/globals'
import { createSigner } from '../../lib/customer/index.js'
import { readFaceOptions } from '../../lib/faces/face-options.js'
import { CachedKeyStore, createVerifier } from '../../lib/index.js'
import { readVerifierOptions, verifierOptions } from '../../lib/verify/options.js'
import { limits } from '../../lib/protocol.js'
import { platform } from '../helpers/platform.js'
import { codesOf, read, sectionOf, tablesOf } from './markdown.js'

const readme = read('README.md')
const options = read('docs/options.md')
const { audience, keyStore, replayStore } = platform().options

/** The options that a function knows, from its own complaint about one that it does not. */
function namesKnownTo(call: (options: object) => unknown): string[] {
  try {
    call({ thisIsNoOptionOfAnything: true })
  } catch (error) {
    const [, names] = /Known: (.+)\.$/.exec((error as Error).message) ?? []
    return names?.split(', ') ?? []
  }
  throw new Error('an unknown option was accepted')
}

/** First the column of the options, then that of their defaults. */
function columnsOf(table: string[][] = []): [names: (string | undefined)[], defaults: Map<string, string>] {
  const names = table.map(([name = '']) => codesOf(name)[0])
  return [names, new Map(table.map(([name = '', value = '']) => [codesOf(name)[0] ?? '', value]))]
}

describe('the options in docs/options.md', () => {
  const [ofVerifier] = tablesOf(sectionOf(options, '## The verifier'))
  const [ofFaces] = tablesOf(sectionOf(options, '## The faces'))

  it('are those of a verifier, in their order', () => {
    expect(columnsOf(ofVerifier)[0]).toEqual(Object.keys(verifierOptions))
  })

  it('have the defaults that a verifier has', () => {
    const settings = readVerifierOptions({ audience, keyStore, replayStore })
    const atMost = (value: number, most: number) => `${value} (at most ${most})`
    const [, defaults] = columnsOf(ofVerifier)
    expect(Object.fromEntries(defaults)).toEqual({
      audience: 'required',
      keyStore: 'required',
      replayStore: 'required',
      algorithms: [...settings.algorithms].join(', '),
      maxLifetime: atMost(settings.maxLifetime, limits.lifetime.max),
      clockTolerance: atMost(settings.clockTolerance, limits.clockTolerance.max),
      maxTokenLength: atMost(settings.maxTokenLength, 16_384),
      typ: settings.typ !== undefined ? 'required' : 'not required',
      requireOrigin: `\`${settings.requireOrigin}\``,
      realm: `\`${settings.realm}\``,
      clock: "the system's",
      onEvent: settings.onEvent.length === 0 ? 'none' : 'some',
    })
  })

  it('have the limits that a verifier has', () => {
    const settings = (name: string, value: number) => () =>
      readVerifierOptions({ audience, keyStore, replayStore, [name]: value })
    for (const [name, cell] of columnsOf(ofVerifier)[1]) {
      const most = Number(/at most (\d+)/.exec(cell)?.[1] ?? NaN)
      if (Number.isNaN(most)) continue
      expect(settings(name, most)).not.toThrow()
      expect(settings(name, most + 1)).toThrow(name)
    }
  })

  it('are those of the faces, with their defaults', () => {
    const verifier = createVerifier({ audience, keyStore, replayStore })
    const { optional, rules } = readFaceOptions('reverseJwt', { verifier })
    const [names, defaults] = columnsOf(ofFaces)
    const known = namesKnownTo((options) => readFaceOptions('reverseJwt', { verifier, ...options }))
    expect(names.toSorted()).toEqual(known.toSorted())
    expect(Object.fromEntries(defaults)).toEqual({
      verifier: 'made for you',
      optional: `\`${optional}\``,
      scope: rules.scope === undefined ? 'none' : 'some',
      tokenFrom: `\`[${rules.tokenFrom?.map((place) => `'${place}'`).join(', ')}]\``,
    })
  })

  it('name those of a signer', () => {
    const [paragraph = ''] = /^`createSigner` takes .*$/m.exec(options) ?? []
    const known = namesKnownTo((options) => createSigner(options))
    expect(known).toContain('expiresIn')
    expect(codesOf(paragraph)).toEqual(expect.arrayContaining(known))
    expect(paragraph).toContain(`\`expiresIn\` (120)`)
  })
})

describe('the options in docs/keys.md', () => {
  it('are those of CachedKeyStore', () => {
    const tables = tablesOf(sectionOf(read('docs/keys.md'), '## Keys in a database'))
    const known = namesKnownTo((options) => new CachedKeyStore(keyStore, options))
    expect(columnsOf(tables[0])[0]).toEqual(known)
  })
})

describe('the command in the README that installs and tests', () => {
  it('is what continuous integration runs', () => {
    const [command] = /(?<=^```sh\n).*$/m.exec(sectionOf(readme, '## Working on it')) ?? []
    expect(command).toMatch(/ npm test$/)
    expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe(command)
  })
})
