import { beforeEach, expect, it } from '@jest/globals'
import express, { type Express } from 'express'
import request from 'supertest'
import {
  ConsoleAccess,
  cookieName,
  newConsoleSecrets,
  type ConsoleSecrets,
} from '../../example-server/console-access.js'
import { consoleRouter } from '../../example-server/console.js'
import { MemoryReplayStore, StoreError, type ReplayStore } from '../../lib/index.js'
import { managed } from '../helpers/registry.js'

const address = 'http://127.0.0.1:4000'
let secrets: ConsoleSecrets
let time: number
let replayStore: ReplayStore
let app: Express
let access: ConsoleAccess

beforeEach(() => {
  secrets = newConsoleSecrets()
  time = Date.now() / 1000
  replayStore = new MemoryReplayStore()
  access = new ConsoleAccess(secrets, replayStore, () => time)
  app = express().use('/console', consoleRouter({ address, registry: managed().registry, access }))
})

const logIn = (password: unknown, origin = address) =>
  request(app).post('/console/login').set('Origin', origin).send({ password })
const ask = (cookie: string, origin?: string) => {
  const call = request(app).post('/console/api/projects').set('Cookie', cookie).send({ id: 'new' })
  return origin === undefined ? call : call.set('Origin', origin)
}
const cookieOf = ({ headers }: { headers: unknown }) =>
  ((headers as Record<string, string[]>)['set-cookie']?.[0] ?? '').split(';')[0] ?? ''

it('lets in whoever has the password, once', async () => {
  const answer = await logIn(secrets.password)
  expect(answer.status).toBe(204)
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^platform_console=[^;]+; Path=\/console; HttpOnly; SameSite=Strict$/),
  ])
  expect((await ask(cookieOf(answer), address)).status).toBe(201)
  expect(await logIn(secrets.password)).toMatchObject({ status: 403, body: { code: 'used' } })
})

it.each([undefined, null, 7, '', 'aaaa-aaaa-aaaa-aaaa', ['a'], { length: 19 }])(
  'refuses the password %j',
  async (wrong) => {
    expect(await logIn(wrong)).toMatchObject({ status: 403, body: { code: 'wrong' } })
    expect((await logIn(secrets.password)).status).toBe(204)
  },
)

it('rests for a minute after five wrong passwords, and takes the right one then', async () => {
  for (let count = 0; count < 5; count++) expect((await logIn('wrong')).status).toBe(403)
  const answer = await logIn(secrets.password)
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
  time += 60
  expect((await logIn(secrets.password)).status).toBe(204)
})

it('refuses a password that is a day old, and a session that is eight hours old', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  const has = () => access.hasSession({ headers: { cookie } })
  time += 8 * 3600 - 2
  expect(has()).toBe(true)
  time += 2
  expect(has()).toBe(false)
  const other = new ConsoleAccess(secrets, new MemoryReplayStore(), () => secrets.expiresAt)
  expect(await other.logIn(secrets.password)).toEqual({ refused: 'used' })
})

it('knows its own cookies from others', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  const [expiresAt = '', id = '', signature = ''] = cookie.slice(cookieName.length + 1).split('.')
  const odd = [
    '',
    `${cookieName}=`,
    `${cookieName}=${expiresAt}.${id}.`,
    `${cookieName}=${Number(expiresAt) + 1}.${id}.${signature}`,
    `${cookieName}=Infinity.${id}.${signature}`,
    `other=${expiresAt}.${id}.${signature}`,
  ]
  for (const one of odd) expect([one, (await ask(one, address)).status]).toEqual([one, 403])
  expect((await ask(`a=b; ${cookie}`, address)).status).toBe(201)
})

it('does nothing for a page of another origin, be it on another port of this machine', async () => {
  for (const origin of ['https://evil.example', 'http://127.0.0.1:4001', 'null']) {
    expect(await logIn(secrets.password, origin)).toMatchObject({
      status: 403,
      body: { code: 'foreign_origin' },
    })
  }
  const cookie = cookieOf(await logIn(secrets.password))
  for (const origin of [undefined, 'http://127.0.0.1:4001']) {
    expect(await ask(cookie, origin)).toMatchObject({ status: 403, body: { code: 'foreign_origin' } })
  }
  expect((await ask(cookie, address)).status).toBe(201)
})

it('lets nobody in when it cannot tell whether the password was used', async () => {
  const away = { consume: () => Promise.reject(new StoreError('store_unavailable')) }
  await expect(new ConsoleAccess(secrets, away).logIn(secrets.password)).rejects.toBeInstanceOf(StoreError)
})

it('makes passwords that are all different', () => {
  const made = Array.from({ length: 100 }, () => newConsoleSecrets().password)
  expect(new Set(made).size).toBe(100)
  for (const password of made) expect(password).toMatch(/^(?:[a-z2-9]{4}-){3}[a-z2-9]{4}$/)
})
