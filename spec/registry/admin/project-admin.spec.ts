import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { StoreError } from '../../../lib/index.js'
import { MemoryProjectStore, RegistryError, type KeyChallenge } from '../../../lib/registry/index.js'
import { routes } from '../../../lib/registry/admin/routes.js'
import { adminApp, credentials, operator, send } from '../../helpers/admin.js'
import { expresses } from '../../helpers/express.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { managed } from '../../helpers/registry.js'
import { openServer } from '../../helpers/server.js'
import { askAsDocumented, expectHeaders, type Asked } from '../asked.js'
import { bodies, bodyOf, failing } from './documented-calls.js'
import { describeKeySetLife } from './key-set-life.js'
import { contentOf, faultsOf, operationOf, operations } from './open-api.js'
import { prove } from '../../helpers/possession.js'

const serve = openServer()
const seen = new Set<string>()

/** Every documented answer of every operation was seen, from a running router. */
afterAll(() => {
  const documented = Array.from(operations).flatMap(([name, { responses }]) =>
    Object.keys(responses).map((status) => `${name} ${status}`),
  )
  expect(documented.filter((answer) => !seen.has(answer))).toEqual([])
})

let app: ReturnType<typeof adminApp>
let platform: ReturnType<typeof managed>

/** Asks the running router, and holds question and answer to the document. */
const ask = async (name: string, asked?: Asked) => {
  const answer = await askAsDocumented(serve(app.app), name, asked)
  seen.add(`${name} ${answer.status}`)
  return answer
}

it('has the routes of the document, and the document has its', () => {
  const own = routes.map(({ method, path }) => `${method} ${path}`)
  expect(own.toSorted()).toEqual(Array.from(operations.keys()).toSorted())
})

describe.each(expresses)('the life of a project, in %s', (_name, express) => {
  beforeEach(() => {
    platform = managed()
    app = adminApp(platform.registry, {}, express)
  })

  it('is made, read, changed, suspended, resumed, listed and deleted', async () => {
    const made = await ask('POST /projects', {
      body: {
        id: 'shop/1 a',
        allowedOrigins: ['https://shop.example'],
        scopes: ['a'],
        metadata: { plan: 1 },
      },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'shop/1 a', issuer: 'shop/1 a', suspended: false },
    })
    const { location } = made.headers as { location: string }
    expect(new URL(location, 'http://x/admin/projects').pathname).toBe('/admin/projects/shop%2F1%20a')

    const project = 'shop/1 a'
    const read = () => ask('GET /projects/{project}', { project })
    expect((await read()).body).toEqual(made.body)
    const changes = { name: 'Shop', allowedOrigins: null }
    const changed = await ask('PATCH /projects/{project}', { project, body: changes })
    expect(changed.body).toMatchObject({ name: 'Shop', scopes: ['a'] })
    expect(changed.body).not.toHaveProperty('allowedOrigins')
    expect(
      (await ask('POST /projects/{project}/suspend', { project, body: { reason: 'unpaid' } })).body,
    ).toMatchObject({ suspended: true, suspensionReason: 'unpaid' })
    const resumed = { suspended: false }
    expect((await ask('POST /projects/{project}/resume', { project })).body).toMatchObject(resumed)
    expect((await ask('POST /projects/{project}/sessions/end', { project })).body).toMatchObject(resumed)
    expect((await ask('GET /projects')).body).toEqual({ projects: [(await read()).body] })

    const gone = await ask('DELETE /projects/{project}', { project, query: '?reason=contract%20over' })
    expect(gone.status).toBe(204)
    expect((await read()).status).toBe(404)
    const records = await ask('GET /audit', { query: `?project=${encodeURIComponent(project)}&limit=1` })
    expect(records.body).toMatchObject({
      records: [{ action: 'project.deleted', by: operator, reason: 'contract over' }],
      next: 6,
    })
    expect((await ask('GET /audit', { query: '?before=2' })).body).toMatchObject({
      records: [{ action: 'project.created' }],
    })
  })

  it('comes in pages', async () => {
    for (const id of ['a', 'b', 'c']) await ask('POST /projects', { body: { id } })
    const first = await ask('GET /projects', { query: '?limit=2' })
    expect(first.body).toMatchObject({ projects: [{ id: 'a' }, { id: 'b' }], next: 'b' })
    const second = await ask('GET /projects', { query: '?limit=2&after=b' })
    expect(second.body).toMatchObject({ projects: [{ id: 'c' }] })
    expect(second.body).not.toHaveProperty('next')
  })

  it('gets an id when none is given, for an empty body, too', async () => {
    expect(await ask('POST /projects')).toMatchObject({
      status: 201,
      body: { id: expect.stringMatching(/-/) },
    })
  })
})

describe.each(expresses)('the life of a key, in %s', (_name, express) => {
  const path = (what: string) => `POST /projects/{project}/keys/${what}`
  const listed = async () => (await ask('GET /projects/{project}/keys')).body as { keys: unknown[] }

  beforeEach(async () => {
    platform = managed()
    app = adminApp(platform.registry, {}, express)
    await ask('POST /projects', { body: { id: 'shop' } })
  })

  it('is generated, rotated and revoked', async () => {
    const { status, body } = await ask(path('generate'), { body: { alg: 'EdDSA' } })
    const { kid } = body as { kid: string }
    expect([status, kid]).toEqual([201, expect.any(String)])
    platform.clock.now += 1

    const headers = { 'idempotency-key': 'monday' }
    const rotated = await ask(path('rotate'), { body: { overlap: 60 }, headers })
    expect(rotated).toMatchObject({ status: 201, body: { repeated: false, retiring: { kid } } })
    const again = await ask(path('rotate'), { body: { overlap: 60 }, headers })
    expect(again).toMatchObject({ status: 200, body: { repeated: true, retiring: { kid } } })
    expect(again.body).not.toHaveProperty('privateKey')

    const revoked = await ask(path('revoke'), { body: { kid, reason: 'exposed' } })
    expect(revoked.body).toMatchObject({ key: { kid, state: 'revoked', revocationReason: 'exposed' } })
    expect(await listed()).toMatchObject({ keys: [{ state: 'revoked' }, { state: 'active' }] })
    const { keys } = (await listed()) as { keys: { kid: string }[] }
    const page = (await ask('GET /projects/{project}/keys', { query: '?limit=1' })).body as { next: string }
    expect(page).toMatchObject({ keys: [{ kid }], next: expect.any(String) })
    const after = encodeURIComponent(page.next)
    const rest = await ask('GET /projects/{project}/keys', { query: `?limit=1&after=${after}` })
    expect(rest.body).toEqual({ keys: [keys[1]] })
    const last = await ask(path('revoke'), { body: { kid: keys[1]?.kid, reason: 'unused' } })
    expect(last.body).toMatchObject({ warning: expect.stringContaining('no key left') })
    expect((await ask('GET /audit')).body).toMatchObject({
      records: [{ action: 'key.revoked' }, {}, {}, {}, {}],
    })
  })

  it('is registered and confirmed by a proof, once and in time', async () => {
    const { publicJwk, privateKey } = makeKeyPair('ES256')
    const register = () => ask(path('register'), { body: { jwk: publicJwk, kid: 'own' } })
    const answerTo = async (challenge: KeyChallenge) => ({
      kid: 'own',
      proof: await prove({ privateKey, challenge }),
    })
    const challengeOf = ({ body }: { body: unknown }) => (body as { challenge: KeyChallenge }).challenge

    const late = challengeOf(await register())
    platform.clock.now += 86_401
    expect(await ask(path('confirm'), { body: await answerTo(late) })).toMatchObject({
      status: 410,
      body: { code: 'challenge_expired' },
    })
    const challenge = challengeOf(await register())
    expect(await ask(path('confirm'), { body: await answerTo(late) })).toMatchObject({
      status: 422,
      body: { code: 'proof_invalid' },
    })
    expect(await listed()).toMatchObject({ keys: [{ kid: 'own', state: 'pending' }] })
    const body = await answerTo(challenge)
    expect(await ask(path('confirm'), { body })).toMatchObject({ status: 200, body: { state: 'active' } })
    expect(await ask(path('confirm'), { body })).toMatchObject({
      status: 409,
      body: { code: 'challenge_used' },
    })
    expect(await register()).toMatchObject({ status: 409, body: { code: 'key_exists' } })
    const replacing = { jwk: makeKeyPair('ES256').publicJwk, replaces: 'nobody' }
    expect(await ask(path('register'), { body: replacing })).toMatchObject({ status: 404 })
  })

  it('is not rotated twice, nor beyond ten of them', async () => {
    expect(await ask(path('rotate'))).toMatchObject({ status: 409, body: { code: 'key_not_active' } })
    const { body } = await ask(path('generate'))
    const { kid } = body as { kid: string }
    await ask(path('rotate'), { body: { kid } })
    expect(await ask(path('rotate'), { body: { kid } })).toMatchObject({ status: 409 })
    for (let count = 2; count < 10; count++) await ask(path('generate'))
    expect(await ask(path('generate'))).toMatchObject({ status: 409, body: { code: 'too_many_keys' } })
  })
})

describeKeySetLife((registry) => (app = adminApp(registry)), ask)

it('tells why a call was refused', async () => {
  const reason = { code: 'token_replayed', reason: 'token_replayed', projectId: 'shop' } as const
  const refusal = (id: string) => Promise.resolve({ id, at: 1, type: 'refused' as const, ...reason })
  app = adminApp(managed(Object.assign(new MemoryProjectStore(), { refusal })).registry)
  const { body } = await ask('GET /refusals/{id}', { id: `urn:uuid:${randomUUID()}` })
  expect(body).toMatchObject({ ...reason, whatToDo: expect.stringMatching(/^Customer: sign a new token/) })
  expect((await ask('GET /projects/{project}/refusals/{id}')).body).toMatchObject(reason)
})

describe.each(Array.from(operations.keys()))('%s', (name) => {
  const [method = ''] = name.split(' ')
  const hasBody = ['POST', 'PATCH'].includes(method)

  beforeEach(() => {
    platform = managed()
    app = adminApp(platform.registry)
  })

  it('is for operators only', async () => {
    expect(await ask(name, { headers: { authorization: undefined } })).toMatchObject({
      status: 403,
      body: {
        type: 'https://unpkg.com/reverse-jwt/docs/admin.md#forbidden',
        title: 'Forbidden',
        status: 403,
        detail: 'You may not manage the projects of this platform.',
        code: 'forbidden',
      },
    })
    expect(app.errors).toEqual([])
  })

  it('says which methods there are', async () => {
    const path = name.split(' ')[1]?.replace('{project}', 'shop').replace('{id}', randomUUID()) ?? ''
    const answer = await send(serve(app.app), 'PUT', path, { headers: { authorization: credentials } })
    expect(answer.status).toBe(405)
    const others = Array.from(operations.keys()).filter((other) => other.endsWith(name.slice(method.length)))
    const allowed = others
      .map((other) => other.split(' ')[0])
      .flatMap((one) => (one === 'GET' ? [one, 'HEAD'] : [one]))
    expect(answer.headers.allow?.split(', ').sort()).toEqual(allowed.sort())
    const documented = operationOf(name).responses['405']
    expectHeaders(documented, answer.headers)
    expect(faultsOf(contentOf(documented)?.schema ?? false, JSON.parse(answer.text))).toEqual([])
    seen.add(`${name} 405`)
  })

  it('says that a request is wrong', async () => {
    const sent = { ...bodyOf(name), query: '?nothing=1', wrong: true }
    expect(await ask(name, sent)).toMatchObject({ status: 400, body: { code: 'request_invalid' } })
    if (!hasBody) return
    expect(await ask(name, { body: '[]', wrong: true })).toMatchObject({ body: { code: 'body_malformed' } })
    await platform.registry.createProject({ id: 'shop' }, { by: operator })
    const unknown = { body: { nothing: 1 }, wrong: true }
    expect(await ask(name, unknown)).toMatchObject({ status: 400, body: { code: 'request_invalid' } })
    const forged = { body: { ...Object(bodies[name]), by: 'somebody else' } as object, wrong: true }
    expect(await ask(name, forged)).toMatchObject({ status: 400, body: { code: 'request_invalid' } })
  })

  it('says that a body is too large, or none that it reads', async () => {
    if (!hasBody) return
    const large = JSON.stringify({ reason: 'x'.repeat(65_536) })
    expect(await ask(name, { body: large, wrong: true })).toMatchObject({ status: 413 })
    const headers = { 'content-type': 'text/plain' }
    expect(await ask(name, { body: '{}', headers, wrong: true })).toMatchObject({ status: 415 })
  })

  it.each([
    [
      'a project that is not there',
      new RegistryError('project_not_found', 'There is no project "shop".'),
      '404',
    ],
    ['too many at once', new RegistryError('conflict', 'Many.'), '409'],
  ])('says that there is %s', async (_what, error, status) => {
    if (!(status in operationOf(name).responses)) return
    app = adminApp(failing(error))
    const ofRefusals = name.endsWith('/refusals/{id}') ? 'refusal_not_found' : error.code
    const code = name === 'POST /projects' ? 'project_exists' : ofRefusals
    if (code !== error.code) app = adminApp(failing(new RegistryError(code, 'Something.')))
    expect(await ask(name, bodyOf(name))).toMatchObject({ status: Number(status), body: { code } })
    expect(app.errors).toEqual([])
  })

  it('says when the store is away, and tells the platform why', async () => {
    const error = new StoreError('store_unavailable', { cause: new Error('ECONNREFUSED 10.0.0.1') })
    app = adminApp(failing(error))
    const answer = await ask(name, bodyOf(name))
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'store_unavailable' },
    })
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.1')
    expect(app.errors).toEqual([error])
  })

  it('tells nobody but the platform what broke', async () => {
    const error = new Error('out of order')
    app = adminApp(failing(error))
    const answer = await ask(name, bodyOf(name))
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } })
    expect(JSON.stringify(answer.body)).not.toContain('out of order')
    expect(app.errors).toEqual([error])
  })
})
