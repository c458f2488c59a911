import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { decodeProtectedHeader } from 'jose'
import type { Server } from 'node:http'
import { openServer } from '../helpers/server.js'
import { monotonicClock } from './other-server.js'
import { lifetime, RotatingPlatform, twoHours, type Reader, type Timetable } from './rotating-platform.js'

const serve = openServer()
/** An issuer asks the secret store once a minute. */
const untilPublished = 60
const publish = 600
const change = publish + twoHours + untilPublished
const timetable: Timetable = { publish, change, drop: change + lifetime + twoHours }

let platform: RotatingPlatform
let server: Server
let jwksUri: string

beforeEach(() => {
  platform = new RotatingPlatform(timetable, monotonicClock())
  let requests = 0
  server = serve((req, res) => {
    platform.apps[(requests += 1) % platform.apps.length]?.(req, res)
  })
  jwksUri = `http://127.0.0.1:${(server.address() as { port: number }).port}/.well-known/jwks.json`
})
afterEach(() => {
  jest.restoreAllMocks()
})

/**
 * Each 30 s for six minutes around a change, else each four minutes. The issuers hear of the new key as late as can be and change to it
 * at once: they ask each minute, and the last time before is 10 s before the one and 60 s before the other.
 */
function* times(): Generator<number> {
  const begins = [publish - 10, change - 60, timetable.drop - 10]
  for (let time = 0; time < timetable.drop + lifetime;) {
    yield time
    const isNear = begins.some((begin) => time >= begin && time < begin + 360)
    time = isNear ? time + 30 : Math.min(time + 240, ...begins.filter((begin) => begin > time))
  }
}

it('refuses no session at any time of a rotation', async () => {
  const refusals: string[] = []
  const kids = new Set<unknown>()
  const readers: Reader[] = []
  const live: { readonly session: string; readonly expiresAt: number }[] = []

  for (const time of times()) {
    platform.time = time
    if (readers.length < 6) readers.push(platform.verifier(jwksUri), platform.twoHourReader(jwksUri))
    // Those that read the keys just before the new one is published have to wait for it for longest.
    if (time >= publish - 10 && time <= publish + 90) readers.push(platform.twoHourReader(jwksUri))
    const [session] = await Promise.all([platform.newSession(server), platform.newSession(server)])
    kids.add(decodeProtectedHeader(session).kid)
    live.push({ session, expiresAt: time + lifetime })
    while ((live[0]?.expiresAt ?? Infinity) <= time) live.shift()
    const oldest = live[0]?.session ?? session
    await Promise.all(
      readers.flatMap((read, index) =>
        [session, oldest].map((token) =>
          read(token).catch((error: unknown) => {
            const { kid } = decodeProtectedHeader(token)
            refusals.push(`at ${time} s reader ${index} refused ${kid ?? ''}: ${String(error)}`)
          }),
        ),
      ),
    )
  }
  expect(refusals).toEqual([])
  expect(Array.from(kids)).toEqual(['old', 'new'])
})

it('refuses what is signed with a dropped key 300 s after it is no longer published', async () => {
  const passes = (read: Reader, token: string) =>
    read(token).then(
      () => true,
      () => false,
    )
  platform.time = timetable.drop - 20
  const forgetful = platform.twoHourReader(jwksUri)
  expect(await passes(forgetful, platform.stolenSession())).toBe(true)
  const verifiers: Reader[] = []
  let last = 0
  let honest = true
  for (let time = timetable.drop - 10; time < timetable.drop + 720; time += 10) {
    platform.time = time
    // They read the keys at different times, some of them just before the change.
    if (time < timetable.drop + untilPublished) verifiers.push(platform.verifier(jwksUri))
    const [session, stolen] = [await platform.newSession(server), platform.stolenSession()]
    const taken = await Promise.all(verifiers.map((read) => passes(read, stolen)))
    if (taken.includes(true)) last = time
    honest &&= (await Promise.all(verifiers.map((read) => passes(read, session)))).every(Boolean)
  }
  expect(last).toBeGreaterThan(timetable.drop)
  expect(last).toBeLessThanOrEqual(timetable.drop + untilPublished + 300)
  expect(honest).toBe(true)
  // Whoever keeps the keys for longer takes them for longer.
  expect(await passes(forgetful, platform.stolenSession())).toBe(true)
  platform.time = timetable.drop + twoHours
  expect(await passes(forgetful, platform.stolenSession())).toBe(false)
})
