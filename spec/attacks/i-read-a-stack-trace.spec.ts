import { inspect } from 'node:util'
import { describe, expect, it, jest } from '@jest/globals'
import express from 'express'
import request, { type Response } from 'supertest'
import { reverseJwt, type VerifierOptions } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { appOf, platform, shop } from '../helpers/platform.js'
import {
  challengeOf,
  descriptionOf,
  expectAnswer,
  invalidClaim,
  saidOf,
  type Code,
} from '../helpers/refusals.js'

const secret = 'postgres://admin:hunter2@db.internal'
const failing = () => Promise.reject(new Error(`cannot reach ${secret}`))

const refusals: [Code, string, string, Partial<VerifierOptions>, ...[origin?: string]][] = [
  ['token_malformed', descriptionOf('token_malformed'), 'rubbish', {}],
  [
    'token_expired',
    saidOf('token_expired').replace('N s', '10 s'),
    mint({ claims: { iat: now - 20, exp: now - 10 } }),
    {},
  ],
  ['claim_invalid', invalidClaim('jti'), mint({ claims: { jti: '' } }), {}],
  ['token_not_verified', descriptionOf('token_not_verified'), mint({ header: { kid: 'unknown' } }), {}],
  ['origin_not_allowed', descriptionOf('origin_not_allowed'), mint(), {}, 'https://evil.example'],
  ['store_unavailable', descriptionOf('store_unavailable'), mint(), { keyStore: { find: failing } }],
  ['store_unavailable', descriptionOf('store_unavailable'), mint(), { replayStore: { consume: failing } }],
]
const projects = [shop(['ES256'], { allowedOrigins: ['https://shop.example'] })]

function get(app: express.Express, token: string, origin = 'https://shop.example') {
  return request(app).get('/portal').set('Origin', origin).auth(token, { type: 'bearer' })
}

/** Frames, files, and what only a store knows. */
function expectNoInsides(text: string): void {
  for (const inside of [
    /\bat .*[:/]/,
    /\.[jt]s\b/,
    /node_modules/,
    /node:/,
    /hunter2/,
    /db\.internal/,
    /eyJ/,
  ]) {
    expect(text).not.toMatch(inside)
  }
}
const wholeText = ({ headers, text }: Response) => JSON.stringify(headers) + text

it('lets the honest token in', async () => {
  const answer = await get(appOf(platform({}, projects).options), mint())
  expect(answer.status).toBe(200)
})

/** What Express writes to the log about the next error. It does so after the answer, so this has to be waited for. */
function nextLogged(): Promise<string> {
  return new Promise((resolve) => {
    jest.spyOn(console, 'error').mockImplementationOnce((...what: unknown[]) => {
      resolve(what.map((each) => inspect(each)).join(' '))
    })
  })
}

describe.each(refusals)('%s: %s', (code, description, token, override, ...origin) => {
  const { options } = platform(override, projects)

  it('shows no insides in problem details', async () => {
    const answer = await get(appOf(options), token, ...origin)
    expectAnswer(answer, code, description)
    expectNoInsides(wholeText(answer))
  })

  it.each(['development', 'production'])("shows no insides by Express's own handler in %s", async (env) => {
    const app = express().set('env', env)
    app.get('/portal', reverseJwt(options))
    const logged = nextLogged()
    const answer = await get(app, token, ...origin)
    expect(answer.headers['www-authenticate']).toBe(challengeOf(code, description))
    expect(answer.headers['cache-control']).toBe('no-store')
    expectNoInsides(wholeText(answer))
    if (env === 'development') expect(answer.text).toContain(description)
    // A refusal is no defect and has no frames. Why a store failed is for the platform's own log.
    const line = await logged
    expect(line).toContain(description)
    if (answer.status !== 503) expectNoInsides(line)
  })
})
