import { beforeEach, describe, expect, it } from '@jest/globals'
import { projectAdmin, type ProjectAdminOptions } from '../../lib/registry/index.js'
import { adminApp, credentials, operator, send, type AdminApp } from '../helpers/admin.js'
import { managed, type ManagedPlatform } from '../helpers/registry.js'
import { openServer, rawText } from '../helpers/server.js'

const serve = openServer()
let platform: ManagedPlatform
let open: AdminApp

beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by: operator })
  open = adminApp(platform.registry)
})

const records = async () => (await platform.registry.listAudit()).records.length

describe('a router without a decision about who may call', () => {
  const { registry } = managed()
  it.each([
    [
      { registry },
      'projectAdmin: authorize is missing: a function that decides who may manage projects: (req) => ({ by }) or false',
    ],
    [
      { registry, authorize: true },
      'projectAdmin: authorize must be a function that decides who may manage projects: (req) => ({ by }) or false',
    ],
    [
      { registry, authorize: undefined },
      'projectAdmin: authorize is undefined; is the variable set that should hold it?',
    ],
    [
      { registry, authorise: () => false },
      'projectAdmin: unknown option "authorise". Did you mean "authorize"?',
    ],
    [{ authorize: () => false }, 'projectAdmin: registry must be what createRegistry returns'],
    [
      { registry, authorize: () => false, onError: 'log' },
      'projectAdmin: onError must be a function that is told of errors',
    ],
  ])('is not made: %p', (options, message) => {
    expect(() => projectAdmin(options as unknown as ProjectAdminOptions)).toThrow(new TypeError(message))
  })
})

describe('whoever is not authorized', () => {
  const attempts: [method: string, path: string, body?: unknown][] = [
    ['GET', '/projects'],
    ['GET', '/projects/shop'],
    ['GET', '/projects/nobody'],
    ['GET', '/projects/%ff'],
    ['GET', '/audit?project=shop'],
    ['GET', '/nothing'],
    ['PUT', '/projects'],
    ['DELETE', '/projects/shop'],
    ['DELETE', '/projects/nobody'],
    ['PATCH', '/projects/shop', { name: 'Mine' }],
    ['POST', '/projects', { id: 'mine' }],
    ['POST', '/projects', '{'],
    ['POST', '/projects/shop/suspend'],
    ['POST', '/projects/shop/keys/generate'],
    ['POST', '/projects/nobody/keys/generate'],
    ['POST', '/projects/shop/keys/generate', 'x'.repeat(100_000)],
  ]

  it('gets the same answer for everything, known or not, and changes nothing', async () => {
    const server = serve(open.app)
    const answers = new Set<string>()
    for (const [method, path, body] of attempts) {
      const headers = { authorization: 'Bearer guessed' }
      const { status, headers: got, text } = await send(server, method, path, { body, headers })
      const headerLines = Object.entries(got as object).filter(([name]) => name !== 'date')
      answers.add(JSON.stringify([status, headerLines, text]))
    }
    expect(Array.from(answers)).toHaveLength(1)
    expect(Array.from(answers)[0]).toMatch(/^\[403,/)
    expect(await records()).toBe(1)
    // The control: the same requests of an operator do many things.
    const statuses = new Set<number>()
    for (const [method, path, body] of attempts)
      statuses.add((await send(server, method, path, { body })).status)
    expect(Array.from(statuses).sort()).toEqual([200, 201, 204, 400, 404, 405, 413])
    expect(await records()).toBeGreaterThan(1)
  })

  it('is refused before the body has come', async () => {
    const head = [
      'POST /admin/projects HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 50',
    ]
    const server = serve(open.app)
    const answer = await new Promise<string>((resolve, reject) => {
      rawText(server, [...head, 'Connection: close', '', ''].join('\r\n')).then(resolve, reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
  })
})

describe('a decision that cannot be made', () => {
  it.each([
    ['throws', () => Promise.reject(new Error('LDAP is away'))],
    [
      'throws at once',
      () => {
        throw new Error('LDAP is away')
      },
    ],
    ['throws nothing', () => Promise.reject(undefined as unknown as Error)],
    ['says just yes', () => true],
    ['names nobody', () => ({})],
    ['names nobody with a string', () => ({ by: '' })],
    ['names a number', () => ({ by: 7 })],
    ['names a line of a log', () => ({ by: 'ops\nroot' })],
  ])('lets nobody in: authorize %s', async (_what, authorize) => {
    const { app, errors } = adminApp(platform.registry, { authorize: authorize as () => never })
    const answer = await send(serve(app), 'POST', '/projects', { body: { id: 'mine' } })
    expect(answer.status).toBe(503)
    expect(answer.headers).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' })
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'authorization_unavailable', status: 503 })
    expect(answer.text).not.toContain('LDAP')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(Error)
    expect(await records()).toBe(1)
  })

  it.each([undefined, null, false, '', 0])('is not %p: that is a no', async (no) => {
    const { app, errors } = adminApp(platform.registry, { authorize: () => no as false })
    expect((await send(serve(app), 'GET', '/projects')).status).toBe(403)
    expect(errors).toEqual([])
  })
})

it('the audit knows who it was, whatever the body says', async () => {
  const { app } = adminApp(platform.registry, {
    authorize: ({ headers }) => ({ by: String(headers['x-operator']) }),
  })
  const server = serve(app)
  const body = { id: 'new', by: 'the boss' }
  const headers = { 'x-operator': 'mallory', authorization: credentials }
  expect((await send(server, 'POST', '/projects', { body, headers })).status).toBe(400)
  expect((await send(server, 'POST', '/projects', { body: { id: 'new' }, headers })).status).toBe(201)
  expect((await platform.registry.listAudit()).records[0]).toMatchObject({ by: 'mallory', projectId: 'new' })
})

it('a listener that throws ends neither the answer nor the process', async () => {
  const onError = () => {
    throw new Error('no disk')
  }
  const authorize = () => Promise.reject(new Error('away'))
  const { app } = adminApp(platform.registry, { authorize, onError })
  expect((await send(serve(app), 'GET', '/projects')).status).toBe(503)
})
