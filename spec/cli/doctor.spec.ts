import { describe, expect, it } from '@jest/globals'
import type { RequestListener } from 'node:http'
import express from 'express'
import { createSigner, tokenEndpoint } from '../../lib/customer/index.js'
import { consult, keyFile, lineOf, steady, temporaryFiles } from './consult.js'
import { audience, openPlatforms, pageOrigin, pem, seen, type Difference } from './platform/platforms.js'

const platforms = openPlatforms()
const customers = openPlatforms()
const file = temporaryFiles()
const key = file('key.json', keyFile())

function customer() {
  const signer = createSigner({ projectId: 'shop', audience, privateKey: pem })
  const app = express()
  app.post('/token', tokenEndpoint({ signer, authorize: () => undefined, origins: [pageOrigin] }))
  return `${customers.serve(app)}/token`
}

const all = (difference: Difference = {}) => [
  ...['--url', `${platforms.platform(difference)}/embed/portal`],
  ...['--key', key, '--origin', pageOrigin, '--token-endpoint', customer()],
]

describe('a platform where all is well', () => {
  it('is told of in a line for each check', async () => {
    const { exitCode, out } = await consult(all())
    expect(steady(out)).toBe(`\
ok    dns             localhost is 127.0.0.1
skip  tls             http, which is for this machine alone
ok    metadata        the platform has sessions, and its issuer is http://localhost:PORT
ok    clock           the platform's is that of this machine, to within 2 s
ok    jwks            one public key, for sessions
ok    key-file        ES256, project "shop", audience https://platform.example, kid THUMBPRINT
ok    key             the platform accepts it: one token became a session, which was ended at once
ok    origin          pages of https://shop.example may use tokens of this project
ok    cors            pages of https://shop.example may call, and read refusals
ok    refusal         a call without a token gets 401, and a code that says why
ok    token-endpoint  a visitor without a session gets 401
0 FAIL, 0 warn, 1 skip of 11 checks`)
    expect(exitCode).toBe(0)
  })

  it('is told of in one JSON object', async () => {
    const { exitCode, out } = await consult([...all(), '--json'])
    expect(JSON.parse(steady(out))).toEqual({
      url: 'http://localhost:PORT/embed/portal',
      checks: [
        { check: 'dns', result: 'ok', text: 'localhost is 127.0.0.1' },
        { check: 'tls', result: 'skip', text: 'http, which is for this machine alone' },
        {
          check: 'metadata',
          result: 'ok',
          text: 'the platform has sessions, and its issuer is http://localhost:PORT',
        },
        { check: 'clock', result: 'ok', text: "the platform's is that of this machine, to within 2 s" },
        { check: 'jwks', result: 'ok', text: 'one public key, for sessions' },
        {
          check: 'key-file',
          result: 'ok',
          text: 'ES256, project "shop", audience https://platform.example, kid THUMBPRINT',
        },
        {
          check: 'key',
          result: 'ok',
          text: 'the platform accepts it: one token became a session, which was ended at once',
        },
        {
          check: 'origin',
          result: 'ok',
          text: 'pages of https://shop.example may use tokens of this project',
        },
        { check: 'cors', result: 'ok', text: 'pages of https://shop.example may call, and read refusals' },
        { check: 'refusal', result: 'ok', text: 'a call without a token gets 401, and a code that says why' },
        { check: 'token-endpoint', result: 'ok', text: 'a visitor without a session gets 401' },
      ],
      result: 'ok',
    })
    expect(exitCode).toBe(0)
  })

  it('is looked at without a route, a key and a page, too, and says what to give', async () => {
    const { exitCode, out } = await consult(['--url', platforms.platform()])
    expect(steady(out)).toBe(`\
ok    dns             localhost is 127.0.0.1
skip  tls             http, which is for this machine alone
ok    metadata        the platform has sessions, and its issuer is http://localhost:PORT
ok    clock           the platform's is that of this machine, to within 2 s
ok    jwks            one public key, for sessions
skip  key-file        give --key, the file with the private key of your project
skip  key             give --key, the file with the private key of your project
skip  origin          give --origin, the origin of your page: https://shop.example
skip  cors            give a route that wants a token: --url https://platform.example/embed/portal
skip  refusal         give a route that wants a token: --url https://platform.example/embed/portal
skip  token-endpoint  give --token-endpoint, the route of your backend that gives your page its tokens
0 FAIL, 0 warn, 7 skip of 11 checks`)
    expect(exitCode).toBe(0)
  })

  it('takes a slash at the end of its address for the same', async () => {
    const { out } = await consult(['--url', `${platforms.platform()}/`])
    expect(steady(out)).toContain('ok    metadata ')
  })

  it('takes a bare key with its names, also from stdin', async () => {
    const bare = file('bare.pem', pem)
    const names = ['--project', 'shop', '--audience', audience]
    const url = platforms.platform()
    expect(lineOf('key', await consult(['--url', url, '--key', bare, ...names]))).toMatch(/^ok /)
    expect(lineOf('key', await consult(['--url', url, '--key', '-']))).toMatch(/^ok /)
  })

  it('keeps its sessions where it cannot end them', async () => {
    const sum = await consult(all({ hasRevocations: false }))
    expect(lineOf('key', sum)).toBe(
      'ok    key             the platform accepts it: one token became a session, which nobody has kept',
    )
  })

  it('gets two tokens at most, and gets the sessions back', async () => {
    seen.length = 0
    await consult(all())
    // Each session is seen where it is given, and where it is ended.
    const counts = seen.map((token) => seen.filter((other) => other === token).length)
    expect(counts.toSorted()).toEqual([1, 1, 2, 2, 2, 2])
  })

  it('may take tokens from pages alone', async () => {
    const sum = await consult(all({ verifier: { requireOrigin: true } }))
    expect(lineOf('key', sum)).toBe(
      'ok    key             the platform knows it, and takes tokens from pages alone: see the line "origin"',
    )
    expect(lineOf('origin', sum)).toMatch(/^ok /)
    expect(sum.exitCode).toBe(0)
  })
})

/** Every call with a token is accepted, and then answered so. */
function acceptingThen(status: number): RequestListener {
  return ({ headers: { authorization } }, res) => {
    res.writeHead(authorization === undefined ? 401 : status).end()
  }
}

describe('a platform without sessions, as in the quick start', () => {
  it('is asked by one call of the route', async () => {
    const { exitCode, out } = await consult(all({ hasSessions: false }))
    expect(steady(out)).toBe(`\
ok    dns             localhost is 127.0.0.1
skip  tls             http, which is for this machine alone
skip  metadata        none: the platform has no sessions, which is fine
ok    clock           the platform's is that of this machine, to within 2 s
skip  jwks            the platform has no sessions
ok    key-file        ES256, project "shop", audience https://platform.example, kid THUMBPRINT
ok    key             the platform accepts it: one token was accepted
ok    origin          pages of https://shop.example may use tokens of this project
ok    cors            pages of https://shop.example may call, and read refusals
ok    refusal         a call without a token gets 401, and a code that says why
ok    token-endpoint  a visitor without a session gets 401
0 FAIL, 0 warn, 3 skip of 11 checks`)
    expect(exitCode).toBe(0)
  })

  it('cannot be asked without a route: then nothing is found out about the key', async () => {
    const url = platforms.platform({ hasSessions: false })
    const sum = await consult(['--url', url, '--key', key])
    expect(lineOf('key', sum)).toBe(
      'skip  key             give a route that wants a token: --url https://platform.example/embed/portal',
    )
    expect(sum.exitCode).toBe(3)
    const { out } = await consult(['--url', url, '--key', key, '--json'])
    expect(JSON.parse(out)).toHaveProperty('result', 'unknown')
    expect((await consult(['--url', url])).exitCode).toBe(0)
  })

  it('has something else that is wrong, which counts more than a key that was not tried', async () => {
    const url = platforms.platform({ hasSessions: false })
    const endpoint = `${customers.serve((_, res) => res.end())}/token`
    expect((await consult(['--url', url, '--key', key, '--token-endpoint', endpoint])).exitCode).toBe(1)
  })

  it('tells why in its challenge, where it has no problem details', async () => {
    const project = { keys: [] }
    const sum = await consult(all({ hasSessions: false, hasProblems: false, project }))
    expect(lineOf('key', sum)).toContain('FAIL  key             token_not_verified: ')
    expect(lineOf('refusal', sum)).toBe(
      'ok    refusal         a call without a token gets 401, and a challenge',
    )
  })

  it('has no such route behind what accepts tokens', async () => {
    const url = platforms.serve(acceptingThen(404))
    const sum = await consult(['--url', `${url}/embed/portl`, '--key', key, '--origin', pageOrigin])
    expect(lineOf('key', sum)).toBe(`\
warn  key             the platform accepts it: one token was accepted, and then the answer was 404
      fix: Is the path of --url right? If that route is for POST alone, nothing is wrong`)
    expect(lineOf('origin', sum)).toMatch(/^ok /)
  })

  const answeringTo = async (status: number) => {
    const url = `${platforms.serve(acceptingThen(status))}/embed/orders`
    return lineOf('key', await consult(['--url', url, '--key', key]))
  }

  it.each([302, 400, 405, 422])('lets the token in, and wants more than a GET: %d', async (status) => {
    expect(await answeringTo(status)).toBe(
      `ok    key             the platform accepts it: one token was accepted, and then the answer was ${status}`,
    )
  })

  it.each([401, 403, 429, 500])('does not let the token in where it answers %d', async (status) => {
    expect(await answeringTo(status)).toMatch(/^(?:FAIL|warn) /)
  })
})

describe('a platform whose issuer has a path', () => {
  it('is found by it', async () => {
    const issuer = `${platforms.address()}/tenant`
    const app = express()
    app.get('/.well-known/oauth-authorization-server/tenant', (_req, res) => {
      res.json({
        issuer,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
      })
    })
    platforms.serve(app)
    const sum = await consult(['--url', issuer])
    expect(lineOf('metadata', sum)).toBe(
      'ok    metadata        the platform has sessions, and its issuer is http://localhost:PORT/tenant',
    )
    expect(lineOf('refusal', sum)).toMatch(/^skip /)
  })
})
