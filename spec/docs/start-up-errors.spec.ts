import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { createSigner } from '../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { codesOf, read, sectionOf, tablesOf } from './markdown.js'

const pair = keyPair('ES256')
const pem = {
  private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  public: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
}
const names = { projectId: 'shop', audience: 'https://platform.example' }
const verifier = (more: object) =>
  createVerifier({
    audience: names.audience,
    keyStore: new MemoryKeyStore([]),
    replayStore: new MemoryReplayStore(),
    ...more,
  })
const keyOf = (key: object) => new MemoryKeyStore([{ id: 'shop', keys: [key] }])

/** Each mistake, in the order of the table. Those below them are of Node. */
const mistakes: readonly (() => unknown)[] = [
  () => readFileSync('project-key.json'),
  () => createSigner({ keyFile: 'project-key.json' }),
  () => createSigner({ keyFile: undefined }),
  () => createSigner({ ...names, privateKey: 'project-key.pem' }),
  () => createSigner({ ...names, privateKey: pem.public }),
  () => keyOf({ jwk: undefined }),
  () => keyOf({ pem: pem.private }),
  () => verifier({ keystore: new MemoryKeyStore([]) }),
  () => verifier({ audience: undefined }),
  () => verifier({ maxLifetime: 600 }),
]
const ofNode = ['Cannot find package', 'Cannot use import statement', 'listen EADDRINUSE']

describe('the errors at start-up that docs/troubleshooting.md lists', () => {
  const section = sectionOf(read('docs/troubleshooting.md'), '## The server does not start')
  const errors = tablesOf(section).flatMap((rows) => rows.map(([error = '']) => codesOf(error)[0] ?? ''))

  it.each(mistakes.map((mistake, index) => [errors[index] ?? '', mistake] as const))(
    '%s',
    async (error, mistake) => {
      // A key that cannot sign may be found out later than the signer is made.
      const thrown = await Promise.resolve()
        .then(mistake)
        .then((signer) => (signer as { ready(): Promise<void> }).ready())
        .then(
          () => 'nothing',
          (thrown: unknown) => (thrown as Error).message,
        )
      expect(thrown.slice(0, error.length)).toBe(error)
      expect(error).not.toBe('')
    },
  )

  it('are all provoked, but those of Node', () => {
    expect(
      errors.slice(mistakes.length).map((error) => ofNode.some((text) => error.startsWith(text))),
    ).toEqual(ofNode.map(() => true))
  })
})
