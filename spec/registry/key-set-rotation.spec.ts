import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CachedKeyStore, createVerifier, JwksKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { refreshKeySets } from '../../lib/registry/index.js'
import { customerHost } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { hostedRegistry, readsFrom } from '../helpers/hosted-registry.js'
import { kidOf, mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { monotonicClock } from '../session/other-server.js'

const host = customerHost()
let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-set-'))
  file = join(folder, 'jwks.json')
  host.answer = (_, res) => {
    void readFile(file).then((set) => res.writeHead(200, cacheControl).end(set))
  }
})
afterEach(() => rm(folder, { recursive: true }))
let cacheControl: Record<string, string> = {}

const old = published(kidOf('ES256'), 'ES256')
const young = published(kidOf('EdDSA'), 'EdDSA')
/** All that the customer does. */
const edit = (...keys: readonly unknown[]) => writeFile(file, JSON.stringify({ keys }))

/** A platform of three processes over one registry. */
async function threeProcesses() {
  const pass = monotonicClock()
  await edit(old)
  const { store, registry, clock, hand } = await hostedRegistry(host)
  await hand()
  const refresher = refreshKeySets({ store, keySets: readsFrom(host) })
  const replayStore = new MemoryReplayStore()
  const verifiers = Array.from({ length: 3 }, () => {
    const jwks = new JwksKeyStore(store, { ...readsFrom(host), timeoutMs: 10_000 })
    return createVerifier(platform({ keyStore: new CachedKeyStore(jwks), replayStore }).options)
  })
  const answers = (alg: string) =>
    Promise.all(
      verifiers.map((verifier) =>
        verifier.verify(mint({ alg })).then(
          () => 'passes',
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    )
  return {
    registry,
    refresher,
    /** What each process says to a token of its own by the key of this algorithm. */
    answers,
    later: (seconds: number) => {
      pass(seconds)
      clock.now += seconds
    },
  }
}
const all = (answer: string) => [answer, answer, answer]

it.each([
  ['five and a half minutes, which is ttl and that of CachedKeyStore', {}, 300 + 30],
  ['one and a half where the file says max-age=60', { 'Cache-Control': 'max-age=60' }, 60 + 30],
])('is followed by every process within %s', async (_, headers, seconds) => {
  cacheControl = headers
  const { answers, later, registry, refresher } = await threeProcesses()
  expect(await answers('ES256')).toEqual(all('passes'))

  // A new key counts with its first token, 30 s after the last read.
  later(31)
  expect(await answers('ES256')).toEqual(all('passes'))
  await edit(old, young)
  later(31)
  expect(await answers('EdDSA')).toEqual(all('passes'))
  expect(await answers('ES256')).toEqual(all('passes'))

  // And an old one ends.
  await edit(young)
  later(seconds + 1)
  expect(await answers('ES256')).toEqual(all('token_not_verified'))
  expect(await answers('EdDSA')).toEqual(all('passes'))

  // Nobody at the platform has done anything, and yet it stands in the console.
  later(300)
  await refresher.refresh()
  const { keys } = await registry.listHostedKeys('shop')
  expect(keys.map(({ kid, state }) => [kid, state])).toEqual([
    [old.kid, 'removed'],
    [young.kid, 'active'],
  ])
})

it('that is not seen yet keeps old tokens passing: what is at hand counts for ttl and no longer', async () => {
  cacheControl = {}
  const { answers, later } = await threeProcesses()
  expect(await answers('ES256')).toEqual(all('passes'))
  await edit(young)
  later(200)
  expect(await answers('ES256')).toEqual(all('passes'))
  later(131)
  expect(await answers('ES256')).toEqual(all('token_not_verified'))
})
