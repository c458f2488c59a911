import { expect, it } from '@jest/globals'
import request from 'supertest'
import { MemoryReplayStore } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** The rival is the flood; the shop must not get its feet wet. */
function smallPlatform() {
  const { options, clock, events } = platform()
  const read = () => clock.now
  const replayStore = new MemoryReplayStore({ capacity: 100, projectQuota: 10 })
  const server = serve(appOf({ ...options, clock: read, replayStore }))
  const call = (token: string) => request(server).get('/portal').auth(token, { type: 'bearer' })
  return { call, clock, events, replayStore }
}

it('answers 503 to the project that floods, and lets the others in', async () => {
  const { call, events, replayStore } = smallPlatform()
  const first = mintRival()
  expect((await call(first)).status).toBe(200)
  for (let used = 1; used < 10; used++) expect((await call(mintRival())).status).toBe(200)
  for (let more = 0; more < 20; more++) expectAnswer(await call(mintRival()), 'replay_store_full')

  expect(replayStore.size).toBe(10)
  expect(events.at(-1)).toMatchObject({ type: 'unavailable', code: 'replay_store_full' })
  // What it used is not forgotten for all its noise, and nobody else notices.
  expectAnswer(await call(first), 'token_replayed')
  for (let used = 0; used < 10; used++) expect((await call(mint())).status).toBe(200)
})

it('does not use up a token that found no room: it passes once there is some', async () => {
  const { call, clock } = smallPlatform()
  const exp = now + 20
  for (let used = 0; used < 10; used++) expect((await call(mintRival({ claims: { exp } }))).status).toBe(200)
  const withoutRoom = mintRival({ claims: { iat: now, exp: now + 290 } })
  expectAnswer(await call(withoutRoom), 'replay_store_full')

  // exp, the tolerance, and the minute for clocks that differ.
  clock.now = exp + 10 + 60
  expect((await call(withoutRoom)).status).toBe(200)
  expectAnswer(await call(withoutRoom), 'token_replayed')
})

it('stores nothing for rubbish, forgeries and refusals', async () => {
  const { call, replayStore } = smallPlatform()
  for (let at = 0; at < 20; at++) {
    await call('abc')
    await call(mintRival({ signature: Buffer.alloc(64, at) }))
    await call(mintRival({ claims: { iss: 'shop' } }))
  }
  expect(replayStore.size).toBe(0)
  expect((await call(mintRival())).status).toBe(200)
})
