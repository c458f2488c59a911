import { describe, expect, it } from '@jest/globals'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'
import { createSigner, tokenEndpoint, type TokenEndpointOptions } from '../../../lib/customer/index.js'
import { consult, lineOf } from '../consult.js'
import { audience, openPlatforms, pageOrigin, pem, seen } from './platforms.js'

const platforms = openPlatforms()
const customers = openPlatforms()
const signer = createSigner({ projectId: 'shop', audience, privateKey: pem })

async function lineFor(app: Express, ...more: string[]): Promise<string> {
  const url = platforms.platform()
  const endpoint = `${customers.serve(app)}/token`
  return lineOf('token-endpoint', await consult(['--url', url, '--token-endpoint', endpoint, ...more]))
}

function answering(handler: RequestHandler, method: 'post' | 'get' | 'all' = 'all'): Express {
  const app = express()
  app[method]('/token', handler)
  return app
}

function ours(options: Partial<TokenEndpointOptions<Request>>): Express {
  return answering(tokenEndpoint({ signer, authorize: () => undefined, ...options }))
}

const decide =
  'Let authorize of tokenEndpoint() return nothing where there is no session. If the page is public on purpose: grant one narrow scope'
const byPost = `\
FAIL  token-endpoint  it hands tokens to anyone: nobody was logged in, and there was one
      fix: ${decide}`

/** JSON that holds the token, and not as it is written. */
function escapedIn(token: string): string {
  return `{"token":"\\u0065${token.slice(1)}"}`
}

/** A token of the customer, which must not be printed. */
async function signed(): Promise<string> {
  const token = await signer.sign()
  seen.push(token)
  return token
}

describe('token-endpoint', () => {
  it('is good where a visitor without a session is refused', async () => {
    expect(await lineFor(ours({}))).toBe('ok    token-endpoint  a visitor without a session gets 401')
    expect(await lineFor(ours({ authorize: () => false }))).toBe(
      'ok    token-endpoint  a visitor without a session gets 403',
    )
  })

  it('is asked as by a page of its own origin, or of the one that is given', async () => {
    const asked: IncomingHttpHeaders[] = []
    const app = answering((req, res) => {
      asked.push(req.headers)
      res.sendStatus(401)
    })
    await lineFor(app)
    await lineFor(app, '--origin', pageOrigin)
    // Each time by POST, then by GET.
    expect(asked.map(({ origin }) => origin)).toEqual([
      ...[customers.address(), customers.address()],
      ...[pageOrigin, pageOrigin],
    ])
    expect(asked[0]).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' })
    expect(asked.some((headers) => 'cookie' in headers || 'authorization' in headers)).toBe(false)
  })

  it('fails where anybody gets a token', async () => {
    expect(await lineFor(ours({ authorize: () => ({ subject: 'all' }) }))).toBe(byPost)
  })

  it.each<[string, (token: string) => string]>([
    ['as a text', (token) => token],
    ['under another name', (token) => JSON.stringify({ data: { jwt: token } })],
    ['in a page', (token) => `<script>const token = "${token}"</script>`],
  ])('fails for a token %s', async (_, write) => {
    const token = await signed()
    const app = answering((_req, res) => {
      res.send(write(token))
    }, 'post')
    expect(await lineFor(app)).toBe(byPost)
  })

  it.each<[string, (res: Response, token: string) => void]>([
    ['in a cookie', (res, token) => void res.status(401).cookie('token', token).end()],
    ['in JSON in a cookie', (res, token) => void res.status(401).cookie('state', { token }).end()],
    ['in a header of its own', (res, token) => void res.status(403).set('X-Token', token).end()],
    [
      'in the address that it leads to',
      (res, token) => void res.status(302).set('Location', `/page#token=${token}`).end(),
    ],
    ['with a letter escaped', (res, token) => void res.status(401).type('json').send(escapedIn(token))],
  ])('fails for a token %s, whatever the status', async (_, answer) => {
    const token = await signed()
    const app = answering((_req, res) => {
      answer(res, token)
    }, 'post')
    expect(await lineFor(app)).toBe(byPost)
  })

  it('takes no other token in a header for one of the project', async () => {
    const [header, , signature] = (await signed()).split('.')
    const claims = Buffer.from('{"sub":"anonymous"}').toString('base64url')
    const app = answering(
      (_req, res) => void res.status(401).cookie('sid', `${header}.${claims}.${signature}`).end(),
    )
    expect(await lineFor(app)).toBe('ok    token-endpoint  a visitor without a session gets 401')
  })

  it('looks through what was made to be looked through for ever', async () => {
    const app = answering((_req, res) => void res.status(401).send('-eyJ'.repeat(65_000)))
    expect(await lineFor(app)).toBe('ok    token-endpoint  a visitor without a session gets 401')
  })

  it.each<[string, (res: Response) => void]>([
    ['compressed', (res) => void res.set('Content-Encoding', 'gzip').send(gzipSync('{}'))],
    ['too long', (res) => void res.send(' '.repeat(300_000))],
  ])('warns of a GET whose answer is %s', async (_, answer) => {
    const app = ours({})
    const reading = express()
    reading.get('/token', (_req, res) => {
      answer(res)
    })
    reading.use(app)
    expect(await lineFor(reading)).toBe(`\
warn  token-endpoint  a visitor without a session gets 401, but a GET is answered 200 with what cannot be read
      fix: Answer POST alone, as tokenEndpoint() does. Else look by hand what a GET gives without a cookie`)
  })

  it('fails for a token by GET', async () => {
    const token = await signed()
    const app = ours({})
    const reading = express()
    reading.get('/token', (_req, res) => {
      res.json({ token })
    })
    reading.use(app)
    expect(await lineFor(reading)).toBe(`\
FAIL  token-endpoint  it hands tokens to anyone by GET: nobody was logged in, and there was one
      fix: ${decide}. Answer POST alone, as tokenEndpoint() does: a GET is kept in caches, and any site can cause one`)
  })

  it.each([200, 204])('fails where the answer is %d without a token', async (status) => {
    expect(await lineFor(answering((_req, res) => void res.status(status).end('<html>')))).toBe(`\
FAIL  token-endpoint  a visitor without a session gets ${status}, though without a token that was found
      fix: Answer 401 there, as tokenEndpoint() does. Is it the address of your token endpoint?`)
  })

  it.each([
    [404, 'FAIL  token-endpoint  there is nothing to POST to (404)'],
    [405, 'FAIL  token-endpoint  there is nothing to POST to (405)'],
    [500, 'warn  token-endpoint  a visitor without a session gets 500: it failed before it decided anything'],
    [
      400,
      'warn  token-endpoint  the request got 400 before anybody asked for a session, so nothing was found out',
    ],
    [
      429,
      'warn  token-endpoint  the request got 429 before anybody asked for a session, so nothing was found out',
    ],
  ])('says what %d means', async (status, line) => {
    const found = await lineFor(answering((_req, res) => void res.sendStatus(status)))
    expect(found).toContain(`${line}\n      fix: `)
  })

  it('does not follow to a login', async () => {
    const app = answering((_req, res) => {
      res.redirect('/login')
    })
    app.get('/login', () => {
      throw new Error('followed')
    })
    expect(await lineFor(app)).toBe(
      'ok    token-endpoint  a visitor without a session is redirected (302), most likely to a login; that was not followed',
    )
  })

  it.each(['/token/', 'token/'])('is asked in another spelling where it leads to %s', async (location) => {
    const app = answering((_req, res) => void res.status(308).set('Location', location).end())
    expect(await lineFor(app)).toBe(`\
warn  token-endpoint  it leads to another spelling of itself (308), which was not asked
      fix: Give --token-endpoint in that spelling: with or without a slash at its end, http or https`)
  })

  it.each(['http://[', undefined])('takes %s for some other place', async (location) => {
    const app = answering((_req, res) => {
      res.statusCode = 302
      if (location !== undefined) res.setHeader('Location', location)
      res.end()
    })
    expect(await lineFor(app)).toMatch(/^ok /)
  })

  it('fails where it cannot be asked', async () => {
    const args = ['--url', platforms.platform(), '--token-endpoint', 'http://localhost:1/token']
    const sum = await consult(args)
    expect(lineOf('token-endpoint', sum)).toBe(`\
FAIL  token-endpoint  your token endpoint: nothing listens there (connection refused)
      fix: Does it run, and is the port right?`)
    expect(sum.exitCode).toBe(1)
  })
})
