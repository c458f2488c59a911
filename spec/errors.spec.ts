import { describe, expect, it, jest } from '@jest/globals'
import { errorFrom, outageFrom, refusalFactsOf } from '../lib/errors.js'
import { AuthenticationError, ReverseJwtError, StoreError } from '../lib/index.js'
import type { OutageCode, RefusalCode } from '../lib/index.js'
import { answers, descriptionOf, type Code } from './helpers/refusals.js'

const codes = Object.keys(answers) as Code[]
const outageCodes: readonly Code[] = ['store_unavailable', 'replay_store_full'] satisfies OutageCode[]

function errorOf(code: Code, details: { cause?: unknown; realm?: string } = {}): ReverseJwtError {
  return outageCodes.includes(code)
    ? new StoreError(code as OutageCode, details)
    : new AuthenticationError(code as RefusalCode, details)
}

/** Every challenge, written out: what a client sees. None where the answer is not about credentials. */
const challenges: Readonly<Record<Code, string | undefined>> = {
  credentials_missing: 'Bearer realm="portal"',
  request_malformed: `Bearer realm="portal", error="invalid_request", error_description="${descriptionOf('request_malformed')}"`,
  token_malformed: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_malformed')}"`,
  algorithm_not_allowed: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('algorithm_not_allowed')}"`,
  token_type_not_allowed: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_type_not_allowed')}"`,
  claim_missing: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('claim_missing')}"`,
  claim_invalid: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('claim_invalid')}"`,
  token_lifetime_too_long: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_lifetime_too_long')}"`,
  audience_mismatch: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('audience_mismatch')}"`,
  token_not_verified: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_not_verified')}"`,
  issuer_mismatch: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('issuer_mismatch')}"`,
  token_expired: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_expired')}"`,
  token_not_active: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_not_active')}"`,
  session_revoked: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('session_revoked')}"`,
  token_replayed: `Bearer realm="portal", error="invalid_token", error_description="${descriptionOf('token_replayed')}"`,
  origin_not_allowed: undefined,
  project_suspended: undefined,
  scope_insufficient: `Bearer realm="portal", error="insufficient_scope", error_description="${descriptionOf('scope_insufficient')}"`,
  store_unavailable: undefined,
  replay_store_full: undefined,
}

describe.each(codes)('%s', (code) => {
  const [status, error, retry, title] = answers[code]

  it('has the status, error, retry and text that users have written down', () => {
    const description = descriptionOf(code)
    const statuses = { status, statusCode: status, expose: true }
    expect(errorOf(code)).toMatchObject({ code, ...statuses, error, retry, description })
    expect(errorOf(code).message).toBe(description)
  })

  it('has the title that users have written down', () => {
    expect(errorOf(code).title).toBe(title)
  })

  it('has exactly this challenge', () => {
    expect(errorOf(code, { realm: 'portal' }).challenge).toBe(challenges[code])
  })

  it('has every header of the answer, and no other', () => {
    const challenge = challenges[code]
    expect(errorOf(code, { realm: 'portal' }).headers).toStrictEqual({
      'Cache-Control': 'no-store',
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
      ...(status === 503 && { 'Retry-After': '5' }),
    })
  })

  it('speaks in characters that RFC 6750 allows', () => {
    expect(descriptionOf(code)).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
  })

  it('has a stack of one line, which names no file', () => {
    const name = status === 503 ? 'StoreError' : 'AuthenticationError'
    expect(errorOf(code, { cause: new Error('inner') }).stack).toBe(`${name}: ${descriptionOf(code)}`)
  })

  it('keeps its cause where no serialiser looks', () => {
    const cause = new Error('the true reason')
    const thrown = errorOf(code, { cause })
    expect(thrown.cause).toBe(cause)
    expect(Object.keys(thrown)).not.toContain('cause')
    expect(JSON.stringify(thrown)).not.toContain('the true reason')
    expect(Object.keys(JSON.parse(JSON.stringify(thrown)) as object)).not.toContain('cause')
  })
})

it('tells the time of the system in epoch seconds where no verifier has given its own', () => {
  jest.useFakeTimers({ now: 1_790_000_000_250 })
  expect(new AuthenticationError('token_expired').serverTime).toBe(1_790_000_000.25)
  jest.useRealTimers()
})

it('has no cause at all where there is none', () => {
  expect('cause' in new AuthenticationError('token_expired')).toBe(false)
})

it('leaves the realm out of the challenge where no verifier has given its own', () => {
  expect(new AuthenticationError('credentials_missing').challenge).toBe('Bearer')
  expect(new AuthenticationError('token_expired').challenge).toBe(
    `Bearer error="invalid_token", error_description="${descriptionOf('token_expired')}"`,
  )
})

it('names the scopes that the resource requires', () => {
  const scope = ['portal:read', 'portal:write']
  const error = new AuthenticationError('scope_insufficient', { scope, realm: 'portal' })
  expect(error.challenge).toBe(`${challenges.scope_insufficient ?? ''}, scope="portal:read portal:write"`)
})

it('says a particular sentence in the place of the usual one', () => {
  const error = new AuthenticationError('claim_missing', { description: 'The token lacks the claim jti.' })
  expect(error.description).toBe('The token lacks the claim jti.')
  expect(error.message).toBe('The token lacks the claim jti.')
  expect(error.challenge).toBe(
    'Bearer error="invalid_token", error_description="The token lacks the claim jti."',
  )
})

it('is told apart by class: a refusal is no outage', () => {
  const refusal = new AuthenticationError('token_expired')
  const outage = new StoreError('store_unavailable')
  expect(refusal).toBeInstanceOf(ReverseJwtError)
  expect(refusal).toBeInstanceOf(Error)
  expect(refusal).not.toBeInstanceOf(StoreError)
  expect(outage).toBeInstanceOf(ReverseJwtError)
  expect(outage).not.toBeInstanceOf(AuthenticationError)
  expect([refusal.name, outage.name]).toEqual(['AuthenticationError', 'StoreError'])
})

it('leaves the stacks of all other errors as long as they were', () => {
  const before = Error.stackTraceLimit
  errorOf('token_expired')
  expect(Error.stackTraceLimit).toBe(before)
  expect(new Error('other').stack).toContain('\n    at ')
})

it('can be written on like any other error, by who thinks so', () => {
  const error: object = new AuthenticationError('token_expired')
  const written = { headers: {}, challenge: 'Basic', status: 200, headerSent: true }
  expect(Object.assign(error, written)).toMatchObject(written)
  expect(Object.isExtensible(error)).toBe(true)
})

it('has the headers that it was made with, whatever else was written on it', () => {
  const error = new StoreError('store_unavailable')
  const { headers } = error
  Object.assign(error, { status: 200, challenge: 'Basic', retry: 'no', error: undefined })
  expect(error.headers).toEqual(headers)
  expect(new StoreError('store_unavailable').headers).not.toBe(headers)
})

it.each(codes)('is made again from what it says, but for its stack: %s', (code) => {
  const error = errorOf(code, { cause: 'the true reason', realm: 'portal' })
  const facts = refusalFactsOf(error)
  const again = facts && errorFrom(facts)
  expect(again).not.toBe(error)
  expect(again?.name).toBe(error.name)
  expect(again?.cause).toBe('the true reason')
  expect(JSON.stringify(again)).toBe(JSON.stringify(error))
})

it('says nothing where its prototype is all that there is', () => {
  const error = Object.create(AuthenticationError.prototype) as AuthenticationError
  expect([error.challenge, error.headers]).toEqual([undefined, {}])
})

describe('outageFrom', () => {
  it('says what a store says in our words, as an outage of its own', () => {
    const realm = 'of an earlier request'
    const thrown = new StoreError('replay_store_full', { cause: 'raise capacity', realm })
    Object.assign(thrown, { code: 'token_expired', status: 200, cause: 'written later' })
    const error = outageFrom(thrown)
    expect(error).toMatchObject({ code: 'replay_store_full', status: 503, cause: 'raise capacity' })
    expect(error.realm).toBeUndefined()
    expect(outageFrom(thrown)).not.toBe(error)
  })

  it.each([[new Error('connection refused')], ['text'], [undefined], [null]])('wraps %p', (thrown) => {
    const error = outageFrom(thrown)
    expect(error).toMatchObject({ code: 'store_unavailable', status: 503 })
    expect(error.cause).toBe(thrown)
  })

  it('does not take the word of what only looks like an error of ours', () => {
    const thrown = { code: 'replay_store_full', cause: 'a driver of a database has codes of its own' }
    const error = outageFrom(thrown)
    expect(error.code).toBe('store_unavailable')
    expect(error.cause).toBe(thrown)
  })

  it('does not let a store refuse a token in the name of the verifier', () => {
    expect(outageFrom(new AuthenticationError('token_expired'))).toMatchObject({ code: 'store_unavailable' })
  })
})

it.each(['headers', 'challenge'] as const)('lets %s be written on, like any other member', (name) => {
  const error = new AuthenticationError('token_expired')
  Object.assign(error, { [name]: 'written' })
  expect(Object.getOwnPropertyDescriptor(error, name)).toEqual({
    value: 'written',
    configurable: true,
    enumerable: true,
    writable: true,
  })
})
