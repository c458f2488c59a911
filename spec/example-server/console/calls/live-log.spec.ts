import { afterEach, beforeEach, expect, it } from '@jest/globals'
import express, { type Request } from 'express'
import type { Server } from 'node:http'
import { promisify } from 'node:util'
import { EventFeed } from '../../../../example-server/console/calls/event-feed.js'
import { liveLog, type LiveLog } from '../../../../example-server/console/calls/live-log.js'
import { problemDetails, StoreError } from '../../../../lib/index.js'
import { refusedEvent } from '../../../helpers/events.js'
import { openServer } from '../../../helpers/server.js'
import { until } from '../../../helpers/until.js'
import { LiveReader } from './live-reader.js'

const serve = openServer()
let isLoggedIn: (req: Request) => Promise<boolean>
let feed: EventFeed
let live: LiveLog
let server: Server
let readers: LiveReader[]

beforeEach(() => {
  isLoggedIn = () => Promise.resolve(true)
  feed = new EventFeed()
  live = liveLog({ address: 'http://127.0.0.1:4000', isLoggedIn: (req) => isLoggedIn(req), feed })
  const app = express().use('/console', live.router)
  app.post('/console/logout', (_req, res) => {
    isLoggedIn = () => Promise.resolve(false)
    res.sendStatus(204)
  })
  server = serve(app.use(problemDetails()))
  readers = []
})
afterEach(() => {
  live.close()
  for (const reader of readers) reader.leave()
})

function reader(lines?: readonly string[]): Promise<LiveReader> {
  const made = new LiveReader(server, lines)
  readers.push(made)
  return made.begun()
}
const add = (...ids: string[]) => {
  feed.add({ events: ids.map((id) => refusedEvent({ id })), counts: [], unlisted: 0 })
}

it('begins with what is kept, and goes on with what comes', async () => {
  add('a', 'b')
  const one = await reader()
  await one.read('b')
  add('c')
  await one.read('c')
  expect(one.ids).toEqual(['a', 'b', 'c'])
  expect(one.text).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(one.text).toMatch(/^Content-Type: text\/event-stream/m)
  expect(one.text).toMatch(/^Cache-Control: no-store, no-transform\r$/m)
})

it('fills the gap for a reader who comes again', async () => {
  add('a')
  const one = await reader()
  await one.read('a')
  one.leave()
  add('b')
  const again = await reader([`Last-Event-ID: ${one.position}`])
  await again.read('b')
  expect(again.ids).toEqual(['b'])
})

it('says now and then that it lives, with the counts of now', async () => {
  const one = await reader()
  await until('it begins', () => one.messages.length === 1)
  await live.beat()
  await until('it says so', () => one.messages.length === 2)
  expect(one.messages[1]).toMatchObject({ entries: [], counts: [] })
})

it.each([
  ['has ended', () => Promise.resolve(false)],
  ['cannot be asked for', () => Promise.reject(new StoreError('store_unavailable'))],
])('ends a stream whose login %s, and lets none begin', async (_, then) => {
  const one = await reader()
  isLoggedIn = then
  await live.beat()
  await one.ended()
  add('kept-back')
  const next = await reader()
  expect([403, 503]).toContain(next.status)
  expect(one.text + next.text).not.toContain('kept-back')
})

it('ends a stream at once when its login is ended here', async () => {
  const one = await reader()
  const { port } = server.address() as { port: number }
  await fetch(`http://127.0.0.1:${port}/console/logout`, { method: 'POST', headers: { Connection: 'close' } })
  await one.ended()
})

it('has twenty streams at most, and another one when one of them has gone', async () => {
  for (let count = 0; count < 20; count++) expect((await reader()).status).toBe(200)
  const one = await reader()
  expect(one.text).toMatch(/^HTTP\/1.1 503 [\s\S]*\r\nRetry-After: 5\r\n/)
  readers[0]?.leave()
  await until('there is room', async () => (await reader()).status === 200)
})

it('has room again after readers who left before they were let in', async () => {
  const asked: ((isOpen: boolean) => void)[] = []
  isLoggedIn = () => new Promise((resolve) => asked.push(resolve))
  for (let count = 0; count < 20; count++) readers.push(new LiveReader(server))
  await until('all are asked about', () => asked.length === 20)
  for (const one of readers) one.leave()
  await until('they are gone', async () => (await promisify(server.getConnections.bind(server))()) === 0)
  for (const answer of asked) answer(true)
  isLoggedIn = () => Promise.resolve(true)
  expect((await reader()).status).toBe(200)
})

it('asks about nobody because a stranger says that they log out', async () => {
  const one = await reader([`Cookie: own`])
  let asked = 0
  isLoggedIn = (req) => {
    if (req.headers.cookie === 'own') asked += 1
    return Promise.resolve(req.headers.cookie === 'own')
  }
  const { port } = server.address() as { port: number }
  const options = { method: 'POST', headers: { Connection: 'close' } }
  const logOut = () => fetch(`http://127.0.0.1:${port}/console/logout`, options)
  for (let count = 0; count < 5; count++) await logOut()
  add('a')
  await one.read('a')
  expect([asked, one.messages.length]).toEqual([0, 2])
})

it('drops a reader who does not read, and keeps nothing for them', async () => {
  const slow = await reader()
  slow.stopReading()
  const connections = () => promisify(server.getConnections.bind(server))()
  expect(await connections()).toBe(1)
  const events = Array.from({ length: 60 }, () => refusedEvent({ description: 'x'.repeat(16_384) }))
  // The system keeps some megabytes for a connection, whatever the process does.
  for (let round = 0; round < 60 && (await connections()) === 1; round++)
    feed.add({ events, counts: [], unlisted: 0 })
  expect(await connections()).toBe(0)
  expect((await reader()).status).toBe(200)
})

it('ends all streams when the process ends', async () => {
  const one = await reader()
  live.close()
  await one.ended()
})
