import { describe, expect, it } from '@jest/globals'
import type { Request, RequestHandler } from 'express'
import { AuthenticationError, StoreError, type RefusalCode } from '../../../lib/index.js'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { consult, keyFile, lineOf, temporaryFiles } from '../consult.js'
import { changing, openPlatforms, pageOrigin, pair, type Difference } from './platforms.js'

const platforms = openPlatforms()
const file = temporaryFiles()
const key = file('key.json', keyFile())

const ask = (difference: Difference = {}, path = '', ...more: string[]) =>
  consult(['--url', `${platforms.platform(difference)}${path}`, '--key', key, ...more])

describe('key', () => {
  const notVerified =
    'FAIL  key             token_not_verified: the platform does not accept this key for this project'
  const compare =
    '      fix: Compare project, kid and public half with what is registered, and ask whether it is confirmed, expired or revoked. The platform can look up why: urn:uuid:ID'

  it.each<[string, Difference]>([
    ['unknown', { project: { keys: [] } }],
    [
      'another one',
      { project: { keys: [{ jwk: makeKeyPair('ES256').publicJwk, kid: thumbprint(pair.publicJwk) }] } },
    ],
    ['revoked', { project: { keys: [{ jwk: pair.publicJwk, revokedAt: 1 }] } }],
    ['expired', { project: { keys: [{ jwk: pair.publicJwk, notAfter: 1 }] } }],
    ['of another project', { project: { id: 'outlet' } }],
  ])('fails where it is %s', async (_, difference) => {
    const sum = await ask(difference)
    expect(lineOf('key', sum)).toBe(`${notVerified}\n${compare}`)
    expect(sum.exitCode).toBe(1)
    expect(lineOf('key', await ask({ ...difference, hasSessions: false }, '/embed/portal'))).toBe(
      `${notVerified}\n${compare}`,
    )
  })

  it('fails for another audience, and says which it is', async () => {
    const line = `\
FAIL  key             audience_mismatch: the audience of the key is not the name of this platform: it is "https://eu.platform.example"
      fix: Write the name of the platform into the key file as audience; createSigner gets it where there is only a private key`
    const verifier = { audience: 'https://eu.platform.example' }
    expect(lineOf('key', await ask({ verifier }))).toBe(line)
    const bare = { verifier, hasSessions: false, hasProblems: false }
    expect(lineOf('key', await ask(bare, '/embed/portal'))).toBe(line)
  })

  it('matches, where the platform expects another issuer', async () => {
    expect(lineOf('key', await ask({ project: { issuer: 'shop-issuer' } }))).toBe(`\
FAIL  key             issuer_mismatch: the key matches, but the platform expects another issuer for this project
      fix: Ask the platform for the issuer of the project, and give it to createSigner as issuer`)
  })

  it('matches, where the project is suspended', async () => {
    expect(lineOf('key', await ask({ project: { suspended: true } }))).toBe(`\
FAIL  key             project_suspended: the key matches, but the platform has suspended the project
      fix: Ask the platform why, and to resume it`)
  })

  it.each([
    [3600, 'token_expired: the platform finds a token too old that was signed just now'],
    [-3600, 'token_not_active: the platform finds a token too young that was signed just now'],
  ])('fails where the clock of the platform is %d s off', async (seconds, text) => {
    const line = `\
FAIL  key             ${text}
      fix: Set the clock that is wrong, by NTP: see the line "clock"`
    const verifier = { clock: () => Date.now() / 1000 + seconds }
    expect(lineOf('key', await ask({ verifier, hasSessions: false }, '/embed/portal'))).toBe(line)
    const bare = { verifier, hasSessions: false, hasProblems: false }
    expect(lineOf('key', await ask(bare, '/embed/portal'))).toBe(line)
  })

  it('fails where tokens may live for less', async () => {
    expect(lineOf('key', await ask({ verifier: { maxLifetime: 30 } }))).toBe(`\
FAIL  key             token_lifetime_too_long: the platform does not accept tokens that live for a minute
      fix: Ask the platform for how long tokens may live, and give it to createSigner as expiresIn`)
  })

  it('fails where its algorithm is not accepted', async () => {
    expect(lineOf('key', await ask({ verifier: { algorithms: ['EdDSA'] } }))).toBe(`\
FAIL  key             algorithm_not_allowed: the platform does not accept the algorithm of this key
      fix: Ask the platform which it accepts, and make a key for one of them; most accept ES256`)
  })

  it('matches, where the project lacks a scope', async () => {
    const difference = { hasSessions: false, face: { scope: 'portal:read' } }
    expect(lineOf('key', await ask(difference, '/embed/portal'))).toBe(`\
FAIL  key             scope_insufficient: the key matches, but the project lacks a scope that this address requires
      fix: Ask the platform for that scope, or give the address of another route`)
  })

  it('matches, where something repeats requests', async () => {
    const before = refusing('token_replayed', ({ headers }) => headers.authorization !== undefined)
    expect(lineOf('key', await ask({ before, hasSessions: false }, '/embed/portal'))).toBe(`\
FAIL  key             token_replayed: the key matches, but the platform got the same request twice
      fix: Something between here and the platform repeats requests, most likely a proxy: it must not`)
  })

  it('fails where the header does not arrive', async () => {
    const before: RequestHandler = (req, _res, next) => {
      delete req.headers.authorization
      next()
    }
    const line = `\
FAIL  key             credentials_missing: the token did not arrive
      fix: Something in front of the platform takes the header Authorization away: it must pass it on`
    expect(lineOf('key', await ask({ before, hasSessions: false }, '/embed/portal'))).toBe(line)
    const bare = { before, hasSessions: false, hasProblems: false }
    expect(lineOf('key', await ask(bare, '/embed/portal'))).toBe(line)
  })

  it('fails where tokens cannot be checked', async () => {
    const keyStore = {
      find: () => {
        throw new StoreError('store_unavailable')
      },
    }
    expect(lineOf('key', await ask({ verifier: { keyStore } }))).toBe(`\
FAIL  key             store_unavailable: the platform cannot check tokens right now
      fix: Try again in a minute. If it stays so, tell the platform. The platform can look up why: urn:uuid:ID`)
  })

  it.each([
    ['token_malformed', 'the platform cannot read the token'],
    ['token_type_not_allowed', 'the platform does not accept project tokens there'],
    ['claim_missing', 'the platform misses a claim in the token'],
    ['claim_invalid', 'the platform does not accept a claim of the token'],
    ['request_malformed', 'the platform cannot read the request'],
    ['replay_store_full', 'the platform cannot check tokens right now: too many are in use'],
    ['session_revoked', 'the address wants a session and no token'],
  ])('fails for %s', async (code, text) => {
    const sum = await ask({ before: answering(400, JSON.stringify({ error: 'invalid_grant', code })) })
    expect(lineOf('key', sum)).toContain(`FAIL  key             ${code}: ${text}\n      fix: `)
  })

  it('warns where there were too many calls', async () => {
    const sum = await ask({ before: answering(429, JSON.stringify({ code: 'rate_limited' })) })
    expect(lineOf('key', sum)).toBe(`\
warn  key             rate_limited: there were too many calls just now, so nothing was found out
      fix: Wait a minute, and try again`)
    expect(sum.exitCode).toBe(0)
  })

  it.each([
    [429, 'warn  key             too many requests (429), before anybody looked at the token'],
    [302, 'FAIL  key             a token was sent, and the answer leads elsewhere (302)'],
    [404, 'FAIL  key             a token was sent, and there is nothing (404)'],
    [502, 'FAIL  key             a token was sent, and the platform failed (502)'],
    [400, 'FAIL  key             a token was sent, and the platform answered 400 without saying why'],
    [200, 'FAIL  key             a token was sent, and the platform answered 200 without saying why'],
  ])('says what a bare %d means', async (status, line) => {
    const sum = await ask({ before: answering(status, '') })
    expect(lineOf('key', sum)).toContain(`${line}\n      fix: `)
  })

  it('fails where the connection breaks', async () => {
    const before: RequestHandler = (req, res, next) => {
      if (req.path === '/oauth/token') res.destroy()
      else next()
    }
    expect(lineOf('key', await ask({ before }))).toContain(
      'FAIL  key             a token was sent: the connection was closed before an answer came',
    )
  })

  it('sends no token to a route that lets anybody in, or that is not there', async () => {
    const line = (status: number) =>
      `skip  key             the address answers ${status} without a token, so a token would tell nothing`
    expect(lineOf('key', await ask({ hasSessions: false }, '/open'))).toBe(line(200))
    expect(lineOf('key', await ask({ hasSessions: false }, '/nothing'))).toBe(line(404))
  })
})

/** Answers so where a token becomes a session. */
function answering(status: number, body: string): RequestHandler {
  return changing('POST', '/oauth/token', (told) => {
    told.status = status
    told.headers = { 'content-type': 'application/json', location: '/elsewhere' }
    told.body = body
  })
}

/** Refuses at a path what is so. */
function refusing(code: RefusalCode, isMeant: (req: Request) => boolean): RequestHandler {
  return (req, _res, next) => {
    if (isMeant(req)) next(new AuthenticationError(code))
    else next()
  }
}

describe('origin', () => {
  it('fails where the project does not list it', async () => {
    const other = 'https://other.example'
    const line = `\
FAIL  origin          origin_not_allowed: pages of https://other.example may not use tokens of this project
      fix: Ask the platform to add https://other.example to the project`
    const sum = await ask({}, '', '--origin', other)
    expect(lineOf('key', sum)).toMatch(/^ok /)
    expect(lineOf('origin', sum)).toBe(line)
    expect(sum.exitCode).toBe(1)
    expect(lineOf('origin', await ask({ hasSessions: false }, '/embed/portal', '--origin', other))).toBe(line)
  })

  it('waits for a key that matches', async () => {
    const sum = await ask({ project: { keys: [] } }, '', '--origin', pageOrigin)
    expect(lineOf('origin', sum)).toBe('skip  origin          the key must match first')
  })

  it('needs a key', async () => {
    const sum = await consult(['--url', platforms.platform(), '--origin', pageOrigin])
    expect(lineOf('origin', sum)).toBe(
      'skip  origin          give --key, too: it takes a token to find that out',
    )
  })

  it('tells of other refusals as key does', async () => {
    const before = refusing(
      'project_suspended',
      ({ path, headers }) => path === '/oauth/token' && headers.origin !== undefined,
    )
    const sum = await ask({ before }, '', '--origin', pageOrigin)
    expect(lineOf('key', sum)).toMatch(/^ok /)
    expect(lineOf('origin', sum)).toContain('FAIL  origin          project_suspended: ')
  })
})
