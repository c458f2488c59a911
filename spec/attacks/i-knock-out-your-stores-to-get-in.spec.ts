import { describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { CachedKeyStore, MemoryReplayStore, StoreError, type VerifierOptions } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
const { keyStore } = platform().options

const down = new Error('connect ECONNREFUSED 10.0.0.7:5432')
const thrown = (error: unknown) => () => {
  throw error
}

/** Also what only JavaScript would return. */
const broken: readonly [string, Partial<VerifierOptions>][] = [
  ['key store that rejects', { keyStore: { find: () => Promise.reject(down) } }],
  ['key store that throws', { keyStore: { find: thrown(down) } }],
  ['key store that throws nothing at all', { keyStore: { find: thrown(undefined) } }],
  ['key store that gives an object of its own making', { keyStore: { find: () => ({}) as never } }],
  [
    'key store that gives a copy of a good key',
    { keyStore: { find: async (id, kid) => ({ ...(await keyStore.find(id, kid)) }) as never } },
  ],
  [
    'key store that never answers, behind a cache',
    { keyStore: new CachedKeyStore({ find: () => new Promise(() => undefined) }, { timeoutMs: 1 }) },
  ],
  [
    'key store that throws its own outage, and says too much',
    { keyStore: { find: thrown(new StoreError('store_unavailable', { description: down.message })) } },
  ],
  ['replay store that rejects', { replayStore: { consume: () => Promise.reject(down) } }],
  ['replay store that throws', { replayStore: { consume: thrown(down) } }],
  [
    'replay store that throws its own outage',
    { replayStore: { consume: thrown(new StoreError('store_unavailable')) } },
  ],
  ...[undefined, null, 1, 0, 'OK', '', {}, [], NaN].map((answer): [string, Partial<VerifierOptions>] => [
    `replay store that answers ${JSON.stringify(answer)} (${typeof answer})`,
    { replayStore: { consume: () => answer as boolean } },
  ]),
]

describe.each(broken)('a %s', (_, override) => {
  it('is answered 503: neither let in nor sent away', async () => {
    const { options, events } = platform()
    const server = serve(appOf({ ...options, ...override }))
    const answer = await request(server).get('/portal').auth(mint(), { type: 'bearer' })
    expectAnswer(answer, 'store_unavailable')
    expect(answer.text).not.toMatch(/ECONNREFUSED|10\.0\.0\.7/)
    expect(events).toMatchObject([{ type: 'unavailable', code: 'store_unavailable' }])
  })
})

it.each([
  ['throws', thrown(down)],
  ['says NaN', () => NaN],
  ['says nothing', () => undefined as unknown as number],
])('decides nothing while its clock %s', async (_, clock) => {
  const server = serve(appOf({ ...platform().options, clock }))
  const answer = await request(server).get('/portal').auth(mint(), { type: 'bearer' })
  expectAnswer(answer, 'store_unavailable')
})

it('still refuses what needs no store', async () => {
  const stores = { keyStore: { find: thrown(down) }, replayStore: { consume: thrown(down) } }
  const server = serve(appOf({ ...platform().options, ...stores }))
  const send = (token: string) => request(server).get('/portal').auth(token, { type: 'bearer' })
  expectAnswer(await send('abc'), 'token_malformed')
  expectAnswer(await send(mint({ claims: { iat: now - 99, exp: now - 10 } })), 'token_expired')
  expectAnswer(await request(server).get('/portal'), 'credentials_missing')
})

it('does not use a token up that met a broken key store, and lets it in afterwards', async () => {
  const { options } = platform()
  let broken = true
  const server = serve(
    appOf({
      ...options,
      keyStore: { find: (id, kid) => (broken ? Promise.reject(down) : options.keyStore.find(id, kid)) },
    }),
  )
  const token = mint()
  const send = () => request(server).get('/portal').auth(token, { type: 'bearer' })
  expectAnswer(await send(), 'store_unavailable')
  broken = false
  expect((await send()).status).toBe(200)
  expectAnswer(await send(), 'token_replayed')
})

it('never lets a token in twice whose first use got lost on its way back from the store', async () => {
  const inner = new MemoryReplayStore()
  let lost = true
  const replayStore: VerifierOptions['replayStore'] = {
    consume(use) {
      const first = inner.consume(use)
      if (!lost) return first
      lost = false
      throw new Error('the connection closed before the answer came')
    },
  }
  const server = serve(appOf({ ...platform().options, replayStore }))
  const token = mint()
  const send = () => request(server).get('/portal').auth(token, { type: 'bearer' })
  expectAnswer(await send(), 'store_unavailable')
  expectAnswer(await send(), 'token_replayed')
})

it('asks a slow store for as long as it takes, and decides by what it says', async () => {
  const { options } = platform()
  let answer: (first: boolean) => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    Object.assign(options, {
      replayStore: {
        consume: () =>
          new Promise<boolean>((decide) => {
            answer = decide
            resolve()
          }),
      },
    })
  })
  const server = serve(appOf(options))
  const sent = request(server)
    .get('/portal')
    .auth(mint(), { type: 'bearer' })
    .then((response) => response)
  await asked
  answer(false)
  expectAnswer(await sent, 'token_replayed')
})
