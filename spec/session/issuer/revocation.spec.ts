import { beforeEach, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import type { Server } from 'node:http'
import { StoreError } from '../../../lib/index.js'
import { MemoryRevocations, type RevocationStore } from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { openServer } from '../../helpers/server.js'
import {
  exchange,
  issuing,
  mintSession,
  mint,
  now,
  pageOrigin,
  post,
  sessionsOf,
  type Issuing,
} from '../platform.js'

const serve = openServer()
const keyStore = { find: () => undefined }
let clock = now
let revocations: MemoryRevocations
let made: Issuing
let server: Server

beforeEach(() => {
  clock = now
  revocations = new MemoryRevocations({ keyStore, clock: () => clock })
  made = issuing({ revocations, clock: () => clock })
  server = serve(made.app)
})

const newSession = async () => (await exchange(server)).body.access_token as string
const revoke = (token: string) => post(server, '/oauth/revoke', { token })
const isGood = (token: string) =>
  sessionsOf(made, { revocations, clock: () => clock })
    .verify(token, { origin: pageOrigin })
    .then(
      () => true,
      () => false,
    )
const listed = async () => (await revocations.list()).revocations

describe('whoever holds a session', () => {
  it('ends it, and no other', async () => {
    const [one, other] = [await newSession(), await newSession()]
    expect((await revoke(one)).status).toBe(200)
    expect([await isGood(one), await isGood(other)]).toEqual([false, true])
    expect(made.events.at(-1)).toMatchObject({
      type: 'session.revoked',
      projectId: 'shop',
      sessionId: decodeJwt(one).jti,
      by: 'holder',
    })
  })

  it('needs no entry where it has ended or expired', async () => {
    const session = await newSession()
    await revoke(session)
    await revoke(session)
    expect(await listed()).toHaveLength(1)
    const late = await newSession()
    clock = now + 720
    await revoke(late)
    expect(await listed()).toHaveLength(1)
  })

  it.each<[string, () => string]>([
    ['rubbish', () => 'a'],
    ['a project token', () => mint()],
    ['a session of another issuer', () => mintSession({ claims: { iss: 'https://evil.example' } })],
    [
      'a session of another key',
      () => mintSession({ alg: 'ES256', privateKey: keyPair('ES256').privateKey }),
    ],
    ['a session without its project', () => mintSession({ claims: { client_id: undefined } })],
  ])('is told nothing of %s', async (_, token) => {
    const { status, body } = await revoke(token())
    expect([status, body]).toEqual([200, {}])
    expect(await listed()).toEqual([])
  })

  it.each<[string, Record<string, string> | string]>([
    ['no token', {}],
    ['an empty one', { token: '' }],
    ['two', 'token=a&token=b'],
  ])('sends one: %s is malformed', async (_, form) => {
    expect((await post(server, '/oauth/revoke', form)).body).toMatchObject({ error: 'invalid_request' })
  })

  it('hears of an outage', async () => {
    const broken: RevocationStore = {
      isRevoked: () => false,
      revoke: () => Promise.reject(new Error('away')),
      list: () => Promise.reject(new StoreError('store_unavailable')),
    }
    const other = issuing({ revocations: broken })
    const session = await newSession()
    server = serve(other.app)
    expect(await revoke(session)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable', retry: 'later' },
    })
  })
})

describe('the platform', () => {
  it('ends the sessions of a project, and says who and why', async () => {
    const session = await newSession()
    await made.issuer.revoke({ projectId: 'shop' }, { by: 'ops@platform.example', reason: 'leaked' })
    expect(await isGood(session)).toBe(false)
    expect(made.events.at(-1)).toMatchObject({
      type: 'session.revoked',
      by: 'ops@platform.example',
      reason: 'leaked',
    })
  })

  it.each<[string, unknown, unknown, RegExp]>([
    ['nothing', undefined, { by: 'a', reason: 'b' }, /takes an object/],
    [
      'a session without its end',
      { projectId: 'shop', sessionId: 'a' },
      { by: 'a', reason: 'b' },
      /come together/,
    ],
    [
      'a session and a key',
      { projectId: 'shop', sessionId: 'a', expiresAt: 1, kid: 'k' },
      { by: 'a', reason: 'b' },
      /not both/,
    ],
    ['nobody', { projectId: 'shop' }, { reason: 'b' }, /by is missing/],
    ['no reason', { projectId: 'shop' }, { by: 'a' }, /reason is missing/],
    [
      'an active key',
      { projectId: 'shop', kid: 'key-es256' },
      { by: 'a', reason: 'b' },
      /revoke the key first/,
    ],
  ])('ends none for %s', async (_, what, cause, message) => {
    await expect(made.issuer.revoke(what as never, cause as never)).rejects.toThrow(message)
    expect(await listed()).toEqual([])
  })
})

describe('the list', () => {
  const get = async (init: RequestInit = {}) => {
    const { port } = server.address() as { port: number }
    return fetch(`http://127.0.0.1:${port}/internal/revocations`, init)
  }

  it('says what has ended, and is kept by nobody', async () => {
    await made.issuer.revoke({ projectId: 'shop' }, { by: 'ops', reason: 'leaked' })
    const response = await get()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toBeNull()
    expect(await response.json()).toEqual({
      generated_at: now,
      expires_in: 60,
      revocations: [{ project: 'shop', before: now + 10 }],
    })
  })

  it('takes GET and HEAD', async () => {
    expect((await get({ method: 'HEAD' })).status).toBe(200)
    expect((await get({ method: 'POST' })).status).toBe(405)
  })

  it('is 503 where it cannot be told', async () => {
    const broken: RevocationStore = {
      isRevoked: () => false,
      revoke: () => Promise.resolve(),
      list: () => {
        throw new StoreError('store_unavailable')
      },
    }
    server = serve(issuing({ revocations: broken }).app)
    expect((await get()).status).toBe(503)
  })
})
