import { describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import { consult, lineOf } from '../consult.js'
import { changing, changingJson, openPlatforms, pageOrigin, type Difference, type Told } from './platforms.js'

const platforms = openPlatforms()
const path = '/embed/portal'

const ask = (difference: Difference = {}, at = path, origin = pageOrigin) =>
  consult(['--url', `${platforms.platform(difference)}${at}`, '--origin', origin])

/** Takes a header away from an answer of the route, or gives it another value. */
const withHeader = (method: string, name: string, value?: string) => ({
  before: changing(method, path, ({ headers }) => {
    headers[name] = value
  }),
})
const withStatus = (method: string, status: number) => ({
  before: changing(method, path, (told) => {
    told.status = status
  }),
})

describe('cors', () => {
  it('needs a page and a route', async () => {
    const url = platforms.platform()
    expect(lineOf('cors', await consult(['--url', url + path]))).toBe(
      'skip  cors            give --origin, the origin of your page: https://shop.example',
    )
    expect(lineOf('cors', await consult(['--url', url, '--origin', pageOrigin]))).toBe(
      'skip  cors            give a route that wants a token: --url https://platform.example/embed/portal',
    )
  })

  it.each<[string, Difference, string]>([
    [
      'answers the preflight with a refusal',
      withStatus('OPTIONS', 401),
      `\
FAIL  cors            the preflight is answered 401, so browsers send no call
      fix: The platform must mount corsFor() before what authenticates`,
    ],
    [
      'has nothing at the address',
      withStatus('OPTIONS', 404),
      `\
FAIL  cors            the preflight is answered 404, so browsers send no call
      fix: Is the path of --url right? If it is, the platform must mount corsFor() before what authenticates`,
    ],
    [
      'does not allow the origin',
      withHeader('OPTIONS', 'access-control-allow-origin'),
      `\
FAIL  cors            the preflight does not allow https://shop.example, so browsers send no call
      fix: The platform must mount corsFor() before what authenticates, with https://shop.example in its list`,
    ],
    [
      'allows another origin alone',
      withHeader('OPTIONS', 'access-control-allow-origin', 'https://shop.example.evil'),
      `\
FAIL  cors            the preflight does not allow https://shop.example, so browsers send no call
      fix: The platform must mount corsFor() before what authenticates, with https://shop.example in its list`,
    ],
    [
      'does not allow Authorization',
      withHeader('OPTIONS', 'access-control-allow-headers', '*'),
      `\
FAIL  cors            the preflight does not allow the header Authorization, so browsers send no call with a token
      fix: The platform must name it in Access-Control-Allow-Headers; * does not stand for it`,
    ],
    [
      'hides its refusals',
      withHeader('GET', 'access-control-allow-origin'),
      `\
FAIL  cors            a refusal does not allow https://shop.example: the page reads "CORS error" in its place
      fix: The platform must mount corsFor() before what authenticates, for refusals too`,
    ],
  ])('fails where the platform %s', async (_, difference, line) => {
    const sum = await ask(difference)
    expect(lineOf('cors', sum)).toBe(line)
    expect(sum.exitCode).toBe(1)
  })

  it('fails for a page that the platform does not know', async () => {
    expect(lineOf('cors', await ask({}, path, 'https://other.example'))).toContain(
      'FAIL  cors            the preflight does not allow https://other.example',
    )
  })

  it('is good with * for the origin', async () => {
    const before: RequestHandler = (req, res, next) => {
      changing('OPTIONS', path, star)(req, res, () => {
        changing('GET', path, star)(req, res, next)
      })
    }
    expect(lineOf('cors', await ask({ before }))).toMatch(/^ok /)
  })

  it.each(['authorization', 'X-Other, AUTHORIZATION'])('is good with the headers %s', async (names) => {
    expect(lineOf('cors', await ask(withHeader('OPTIONS', 'access-control-allow-headers', names)))).toMatch(
      /^ok /,
    )
  })

  it.each<[string, Difference, string]>([
    [
      'answers differ by origin and do not say so',
      withHeader('GET', 'vary', 'Accept-Encoding'),
      `\
warn  cors            answers differ by origin and do not say so: a cache may give one to the page of another origin
      fix: The platform should send Vary: Origin with every answer, as corsFor() does`,
    ],
    [
      'the page cannot read the challenge',
      withHeader('GET', 'access-control-expose-headers', 'Retry-After'),
      `\
warn  cors            the page cannot read WWW-Authenticate of a refusal
      fix: The platform should name WWW-Authenticate in Access-Control-Expose-Headers`,
    ],
    [
      'the page can read neither header',
      withHeader('GET', 'access-control-expose-headers'),
      `\
warn  cors            the page cannot read WWW-Authenticate and Retry-After of a refusal
      fix: The platform should name WWW-Authenticate and Retry-After in Access-Control-Expose-Headers`,
    ],
    [
      'pages cannot bind tokens to a key of theirs',
      {
        before: (req, res, next) => {
          changingJson('/.well-known/oauth-authorization-server', (metadata) => ({
            ...metadata,
            dpop_signing_alg_values_supported: ['ES256'],
          }))(req, res, () => {
            changing('OPTIONS', path, ({ headers }) => {
              headers['access-control-allow-headers'] = 'Authorization'
            })(req, res, next)
          })
        },
      },
      `\
warn  cors            the preflight does not allow the header DPoP, so pages cannot bind tokens to a key of theirs
      fix: The platform should name DPoP in Access-Control-Allow-Headers`,
    ],
  ])('warns where %s', async (_, difference, line) => {
    const sum = await ask(difference)
    expect(lineOf('cors', sum)).toBe(line)
    expect(sum.exitCode).toBe(0)
  })

  it('takes * for all headers that a page may read', async () => {
    expect(lineOf('cors', await ask(withHeader('GET', 'access-control-expose-headers', '*')))).toMatch(/^ok /)
  })

  it.each([
    ['OPTIONS', 'the preflight'],
    ['GET', 'a call without a token'],
  ])('fails where the connection breaks at %s', async (method, what) => {
    const before: RequestHandler = (req, res, next) => {
      if (req.method === method && req.path === path) res.destroy()
      else next()
    }
    expect(lineOf('cors', await ask({ before }))).toContain(
      `FAIL  cors            ${what}: the connection was closed before an answer came`,
    )
  })
})

function star({ headers }: Told): void {
  headers['access-control-allow-origin'] = '*'
  delete headers.vary
}

describe('refusal', () => {
  it.each<[string, Difference, string]>([
    [
      'lets anybody in',
      withStatus('GET', 200),
      `\
FAIL  refusal         anybody may call it: the address answers 200 without a token
      fix: If it should want one: the platform must mount reverseJwt() before this route. Else give the address of another one`,
    ],
    [
      'leads to a login',
      withStatus('GET', 302),
      `\
FAIL  refusal         a call without a token is redirected (302)
      fix: Give the address of a route that wants a token. A page calls it by script, and cannot follow to a login`,
    ],
    [
      'has nothing to GET',
      withStatus('GET', 405),
      `\
FAIL  refusal         there is nothing to GET (405)
      fix: Is the path of --url right? Give a route that has GET`,
    ],
    [
      'fails',
      withStatus('GET', 500),
      `\
FAIL  refusal         a call without a token gets 500
      fix: The platform failed: try again. If it stays so, tell it`,
    ],
    [
      'answers 403',
      withStatus('GET', 403),
      `\
FAIL  refusal         a call without a token gets 403, not 401
      fix: Is it a route of reverseJwt()? Then something in front of it answers first`,
    ],
    [
      'does not say what it wants',
      {
        before: changing('GET', path, (told) => {
          delete told.headers['www-authenticate']
          told.body = 'Unauthorized'
        }),
      },
      `\
FAIL  refusal         a call without a token gets 401, and neither a challenge nor a code
      fix: The platform must send WWW-Authenticate, as reverseJwt() does: something after it takes it away`,
    ],
  ])('fails where the route %s', async (_, difference, line) => {
    const sum = await ask(difference)
    expect(lineOf('refusal', sum)).toBe(line)
    expect(sum.exitCode).toBe(1)
  })

  it('fails where there is no such route', async () => {
    expect(lineOf('refusal', await ask({}, '/nothing'))).toContain(
      'FAIL  refusal         there is nothing to GET (404)',
    )
  })

  it('warns where a cache may keep it', async () => {
    expect(lineOf('refusal', await ask(withHeader('GET', 'cache-control', 'private')))).toBe(`\
warn  refusal         a cache may keep the refusal of one call for another
      fix: The platform should send Cache-Control: no-store with it, as reverseJwt() does`)
  })
})
