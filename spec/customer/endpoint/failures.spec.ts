import { afterEach, describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import type { RequestListener } from 'node:http'
import request from 'supertest'
import { tokenEndpoint, tokenRoute, type TokenEndpointOptions } from '../../../lib/customer/index.js'
import { openServer } from '../../helpers/server.js'
import { honestHeaders, signer } from './faces.js'

const serve = openServer()
const log = jest.spyOn(console, 'error').mockReturnValue()
afterEach(() => {
  log.mockClear()
})

type Options = TokenEndpointOptions<never>
const granted = () => ({ subject: 'user-7' })

/** What reaches the error handler, and what the page gets. */
async function failure(options: Partial<Options>) {
  const reached: unknown[] = []
  const endpoint = tokenEndpoint({ signer, authorize: granted, ...options })
  const listener: RequestListener = (req, res) => {
    endpoint(req as never, res, (error) => {
      reached.push(error)
      res.statusCode = 500
      res.end('the handler of the app')
    })
  }
  const { status, text } = await request(serve(listener)).post('/token').set(honestHeaders).send('{}')
  return { reached, status, text }
}

/** What is no grant must not become one. */
const noGrants: readonly [what: string, result: unknown, message: string | RegExp][] = [
  ['a record of a user', { id: 7, email: 'a@shop.example' }, /^authorize: unknown member of a grant "id"/],
  [
    'a text',
    'portal:read',
    /^authorize: result must be a grant \{ subject, scope, claims \}, true, false, or nothing/,
  ],
  ['a number', 1, /must be a grant/],
  ['an empty text', '', /must be a grant/],
  ['a list', [], /^authorize takes an object/],
  ['a function', granted, /must be a grant/],
  [
    'a scope that got lost',
    { subject: 'user-7', scope: undefined },
    'authorize: scope is undefined; set it or leave it out',
  ],
  [
    'a subject that got lost',
    { subject: undefined },
    'authorize: subject is undefined; set it or leave it out',
  ],
  ['a scope of null', { subject: 'user-7', scope: null }, /^authorize: scope must be names of scopes/],
  ['a scope with two spaces', { subject: 'user-7', scope: 'a  b' }, /scope must be names of scopes/],
  ['a list with no name in it', { subject: 'user-7', scope: ['a b'] }, /scope must be names of scopes/],
  ['a blank subject', { subject: ' ' }, /^authorize: subject must be a number, or a string/],
  ['a subject without an end', { subject: 'a'.repeat(257) }, /subject must be a number, or a string/],
  ['a subject that is no number', { subject: NaN }, /subject must be a number, or a string/],
  [
    'a scope among the claims',
    { subject: 7, claims: { scope: 'admin' } },
    /^authorize: claims must not have scope/,
  ],
  [
    'an origin among the claims',
    { subject: 7, claims: { origin: 'https://evil.example' } },
    /claims must not have origin/,
  ],
  ['claims that are none', { subject: 7, claims: 'admin' }, /claims must be an object/],
  [
    'a claim that the signer sets',
    { subject: 7, claims: { proj_id: 'rival' } },
    'The claim proj_id is set by the signer; leave it out',
  ],
]

describe('a token endpoint', () => {
  it.each(noGrants)(
    'hands %s from authorize to the error handler, and gives no token',
    async (_, result, message) => {
      const { reached, text } = await failure({ authorize: () => result as never })
      expect(reached).toEqual([expect.any(TypeError)])
      expect((reached[0] as Error).message).toMatch(message)
      expect(text).toBe('the handler of the app')
    },
  )

  it.each<[string, Partial<Options>, string]>([
    [
      'authorize throws',
      {
        authorize: () => {
          throw new Error('sessions are away')
        },
      },
      'sessions are away',
    ],
    [
      'authorize rejects',
      { authorize: () => Promise.reject(new Error('sessions are away')) },
      'sessions are away',
    ],
    ['the limit throws', { limit: () => Promise.reject(new Error('Redis is away')) }, 'Redis is away'],
    ['the limit returns nothing', { limit: () => undefined as never }, 'limit must return true or false'],
    [
      'the signer throws',
      { signer: { sign: () => Promise.reject(new Error('KMS is away')) } },
      'KMS is away',
    ],
    [
      'no signer is found',
      { signer: (() => undefined) as never },
      'signer must return what createSigner returns',
    ],
    [
      'a grant without a subject cannot be limited',
      { perMinute: 5, authorize: () => true },
      'authorize: the grant has no subject, which perMinute needs: return { subject }',
    ],
    [
      'a grant without a subject cannot be limited elsewhere',
      { limit: () => true, authorize: () => true },
      'authorize: the grant has no subject, which limit needs: return { subject }',
    ],
  ])('hands on what is thrown when %s', async (_, options, message) => {
    const { reached, text } = await failure(options)
    expect(reached).toEqual([expect.objectContaining({ message })])
    expect(text).toBe('the handler of the app')
  })

  it('never takes nothing that was thrown for no error', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- What is no Error is the point.
    const { reached } = await failure({ authorize: () => Promise.reject(undefined) })
    expect(reached).toEqual([expect.any(Error)])
  })

  it('answers 500 and says it on the console, where there is no error handler', async () => {
    const error = new Error('sessions are away')
    const endpoint = tokenEndpoint({ signer, authorize: () => Promise.reject(error) })
    const answer = await request(
      serve((req, res) => {
        endpoint(req, res)
      }),
    )
      .post('/token')
      .set(honestHeaders)
      .send('{}')
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([500, '', 'no-store'])
    expect(log.mock.calls).toEqual([[error]])
  })

  it('rejects as a route', async () => {
    const error = new Error('sessions are away')
    const route = tokenRoute({ signer, authorize: () => Promise.reject(error) })
    const asked = new Request('https://shop.example/token', {
      method: 'POST',
      headers: honestHeaders,
      body: '{}',
    })
    await expect(route(asked)).rejects.toBe(error)
  })

  it('writes nothing after somebody else has answered', async () => {
    const app = express()
    app.post(
      '/token',
      (_req, res, next) => {
        res.json({ late: true })
        next()
      },
      tokenEndpoint({ signer, authorize: granted }),
    )
    const answer = await request(serve(app)).post('/token').set(honestHeaders).send('{}')
    expect(answer.body).toEqual({ late: true })
    expect(log).not.toHaveBeenCalled()
  })

  it('says an error that the error handler throws on the console', async () => {
    const defect = new Error('defect')
    const endpoint = tokenEndpoint({ signer, authorize: () => Promise.reject(new Error('away')) })
    const listener: RequestListener = (req, res) => {
      endpoint(req, res, () => {
        res.end()
        throw defect
      })
    }
    await request(serve(listener)).post('/token').set(honestHeaders).send('{}')
    expect(log.mock.calls).toEqual([[defect]])
  })
})
