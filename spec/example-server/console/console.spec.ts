import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import express, { type Express } from 'express'
import request from 'supertest'
import {
  ConsoleAccess,
  cookieName,
  newConsoleSecrets,
  type ConsoleSecrets,
} from '../../../example-server/console/console-access.js'
import { ConsoleLogins } from '../../../example-server/console/console-logins.js'
import { consoleRouter } from '../../../example-server/console/console.js'
import { problemDetails } from '../../../lib/index.js'
import type { RegistryDatabase } from '../../../lib/registry/index.js'
import { emptyPglite } from '../../helpers/pglite.js'
import { managed } from '../../helpers/registry.js'

jest.setTimeout(90_000)

const address = 'http://127.0.0.1:4000'
let secrets: ConsoleSecrets
let time: number
let db: PGlite
let app: Express
/** Another process of the same platform. */
let other: Express

beforeAll(async () => {
  db = await emptyPglite()
  await Promise.all([new ConsoleLogins(db).migrate(), new ConsoleLogins(db).migrate()])
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.query('TRUNCATE demo_console_logins')
  secrets = newConsoleSecrets()
  time = Date.now() / 1000
  app = oneProcess()
  other = oneProcess()
})

function oneProcess(given = secrets, database: RegistryDatabase = db): Express {
  const access = new ConsoleAccess(given, new ConsoleLogins(database), () => time)
  const router = consoleRouter({ address, registry: managed().registry, access })
  return express().use('/console', router).use(problemDetails())
}

const logIn = (password: unknown, origin = address, at = app, name: unknown = 'Zoë') =>
  request(at).post('/console/login').set('Origin', origin).send({ password, name })
const logOut = (cookie: string, origin = address) =>
  request(app).post('/console/logout').set('Origin', origin).set('Cookie', cookie)
const ask = (cookie: string, origin?: string, at = app) => {
  const call = request(at).post('/console/api/projects').set('Cookie', cookie).send({})
  return origin === undefined ? call : call.set('Origin', origin)
}
/** As after a restart. */
function newSecrets(): ConsoleSecrets {
  secrets = { ...newConsoleSecrets(), expiresAt: time + 60 }
  app = oneProcess()
  return secrets
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

const noName = 'The name must be a string of 1 to 256 characters, not blank, without control characters'

it.each([
  [null, noName],
  [7, noName],
  [' ', noName],
  ['a'.repeat(257), noName],
  ['ops\u202e', 'The name has the character U+202E, which cannot be seen or is no character; take it out'],
  [
    'o\u0440s',
    'The name has the Cyrillic letter U+0440 in a word with Latin ones, where it cannot be told from them; write the word in one script',
  ],
])('takes no name like %j, and the password is good for another', async (name, detail) => {
  expect(await logIn(secrets.password, address, app, name)).toMatchObject({
    status: 400,
    body: { code: 'name_invalid', field: 'name', detail },
  })
  expect((await logIn(secrets.password, address, app, ' Zoë 東京 ')).status).toBe(204)
})

it('says of a name nothing to whoever has not the password', async () => {
  expect(await logIn('wrong', address, app, '')).toMatchObject({ status: 403, body: { code: 'wrong' } })
})

it('writes the name of whoever logged in to the audit, and tells it to their page alone', async () => {
  const cookie = cookieOf(await logIn(secrets.password, address, app, ' Zoë '))
  await ask(cookie, address)
  const read = (path: string, sent = cookie) => request(app).get(`/console${path}`).set('Cookie', sent)
  expect((await read('/api/audit')).body).toMatchObject({
    records: [{ by: 'Zoë', action: 'project.created' }],
  })
  expect((await read('/session')).body).toEqual({ operator: 'Zoë', audience: address })
  expect(await read('/session', '')).toMatchObject({ status: 403, body: { code: 'no_session' } })
})

it('gives a table of an earlier version a place for the name', async () => {
  await db.query('ALTER TABLE demo_console_logins DROP COLUMN operator')
  await new ConsoleLogins(db).migrate()
  expect((await logIn(secrets.password)).status).toBe(204)
})

it('lets the right password in while a stranger sends wrong ones for ever', async () => {
  for (let count = 0; count < 100; count++) expect((await logIn('wrong')).status).toBe(403)
  expect((await logIn(secrets.password)).status).toBe(204)
})

it('refuses in each process the password that was used in another one', async () => {
  const answers = await Promise.all([
    logIn(secrets.password),
    logIn(secrets.password, address, other),
    logIn(secrets.password, address, other),
  ])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 403, 403])
})

it('refuses a password that is a day old, and a session that is eight hours old', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  time += 8 * 3600 - 2
  expect((await ask(cookie, address)).status).toBe(201)
  time += 2
  expect((await ask(cookie, address)).status).toBe(403)
  time = newSecrets().expiresAt
  expect(await logIn(secrets.password)).toMatchObject({ status: 403, body: { code: 'used' } })
  time -= 1
  expect((await logIn(secrets.password)).status).toBe(204)
})

it('ends a session in every process, so that a copy of its cookie is worth nothing', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  for (const process of [app, other]) expect((await ask(cookie, address, process)).status).toBe(201)
  const answer = await logOut(cookie)
  expect(answer.status).toBe(204)
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^platform_console=; Path=\/console; Expires=Thu, 01 Jan 1970/),
  ])
  for (const process of [app, other]) expect((await ask(cookie, address, process)).status).toBe(403)
  // Nor is the password good again.
  expect(await logIn(secrets.password)).toMatchObject({ status: 403, body: { code: 'used' } })
})

it('ends no session for another page, nor for a cookie that somebody made up', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  expect((await logOut(cookie, 'http://127.0.0.1:4001')).status).toBe(403)
  expect((await logOut(`${cookie}x`)).status).toBe(204)
  expect((await logOut('')).status).toBe(204)
  expect((await ask(cookie, address)).status).toBe(201)
})

it('has no session that was opened before the last start', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  const restarted = oneProcess({ ...newConsoleSecrets(), secret: secrets.secret })
  expect((await ask(cookie, address, restarted)).status).toBe(403)
})

it('forgets logins only when neither their password nor their session could be used', async () => {
  const rows = async () => (await db.query('SELECT 1 FROM demo_console_logins')).rows.length
  await logIn(secrets.password)
  time += 30 * 86_400
  await logIn(newSecrets().password)
  expect(await rows()).toBe(2)
  time += 8 * 3600 + 1
  await logIn(newSecrets().password)
  expect(await rows()).toBe(2)
})

it('knows its own cookies from others', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  const [session = '', signature = ''] = cookie.slice(cookieName.length + 1).split('.')
  const odd = [
    '',
    `${cookieName}=`,
    `${cookieName}=${session}`,
    `${cookieName}=${session}.`,
    `${cookieName}=.${signature}`,
    `${cookieName}=${session}x.${signature}`,
    `other=${session}.${signature}`,
    // A header has room for hundreds; one of them is looked at.
    `${cookieName}=made.up; ${cookie}`,
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

it('answers 503 while the database is away, and takes no cookie whose session it could not end', async () => {
  const cookie = cookieOf(await logIn(secrets.password))
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined)
  app = oneProcess(secrets, { query: () => Promise.reject(new Error('away')) })
  const answers = [await logIn(secrets.password), await ask(cookie, address), await logOut(cookie)]
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
  expect((answers[0]?.body as { detail?: unknown }).detail).toBe(
    'Who is logged in cannot be told right now. Try again shortly.',
  )
  expect(answers[2]?.headers).not.toHaveProperty('set-cookie')
  expect(log).toHaveBeenCalledTimes(1)
  log.mockRestore()
})

it('asks no database for a cookie or a password that somebody made up', async () => {
  app = oneProcess(secrets, { query: () => Promise.reject(new Error('asked')) })
  const made = `${cookieName}=${'a'.repeat(43)}.${'a'.repeat(43)}`
  expect([(await ask(made, address)).status, (await logIn('wrong')).status]).toEqual([403, 403])
})

it('makes passwords that are all different', () => {
  const made = Array.from({ length: 100 }, () => newConsoleSecrets().password)
  expect(new Set(made).size).toBe(100)
  for (const password of made) expect(password).toMatch(/^(?:[a-z2-9]{4}-){3}[a-z2-9]{4}$/)
})

it('lets a browser keep scripts and styles, which it asks about again, and neither pages nor answers', async () => {
  const policyOf = async (path: string) =>
    (await request(app).get(`/console${path}`)).headers['cache-control']
  for (const path of ['/console.js', '/sheets/node.js', '/calls.css'])
    expect([path, await policyOf(path)]).toEqual([path, 'no-cache'])
  for (const path of ['/', '/index.html', '/calls.html', '/session', '/api/projects'])
    expect([path, await policyOf(path)]).toEqual([path, 'no-store'])
})
