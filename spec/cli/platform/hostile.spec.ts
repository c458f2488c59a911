import { describe, expect, it } from '@jest/globals'
import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Network } from '../../../lib/cli/network/network.js'
import { consult, keyFile, lineOf, temporaryFiles, type Consultation } from '../consult.js'
import { openPlatforms, pageOrigin, seen } from './platforms.js'

/*
 * Whoever runs the platform wants to read something of the customer, to write to the customer's terminal, or to keep the command busy.
 * `consult` looks at every output: ASCII alone, no stack, and nothing of a key, a token or a session.
 */

const platforms = openPlatforms()
const others = openPlatforms()
const file = temporaryFiles()
const key = file('key.json', keyFile())

const metadataPath = '/.well-known/oauth-authorization-server'
const escapes = '\u001b[2J\u001b]0;owned\u0007\u202E\u009B31m\r\nFAIL  tls  fake'

function metadataOf(address: string, change: object = {}): object {
  return {
    issuer: address,
    token_endpoint: `${address}/oauth/token`,
    jwks_uri: `${address}/jwks`,
    revocation_endpoint: `${address}/oauth/revoke`,
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    ...change,
  }
}

function json(res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Everything at a platform that answers so wherever it is asked, metadata excepted unless `isAll`. */
function ask(listener: RequestListener, isAll = false, network: Network = {}): Promise<Consultation> {
  const address = platforms.address()
  platforms.serve((req, res) => {
    const { authorization } = req.headers
    if (authorization !== undefined) seen.push(authorization.replace('Bearer ', ''))
    if (!isAll && req.url?.startsWith(metadataPath) === true)
      json(res, req.url === metadataPath ? 200 : 404, metadataOf(address))
    else listener(req, res)
  })
  const args = ['--key', key, '--origin', pageOrigin, '--token-endpoint', `${address}/token`]
  return consult(['--url', `${address}/embed/portal`, ...args], network)
}

/** An answer that goes on until nobody reads any more. */
const endless: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Type': 'application/json' })
  const more = () => {
    while (res.write(' '.repeat(65_536))) if (res.destroyed) return
    res.once('drain', more)
  }
  more()
}

const answers: readonly (readonly [string, RequestListener])[] = [
  [
    'redirects to another origin',
    (_req, res) => res.writeHead(302, { Location: `${others.address()}/steal` }).end(),
  ],
  ['answers without an end', endless],
  ['has headers of 64 KB', (_req, res) => res.writeHead(200, { 'X-Long': 'a'.repeat(65_536) }).end()],
  [
    'answers a page',
    (_req, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(`<html>${escapes}`),
  ],
  [
    'answers ten megabytes',
    (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"a":"${'a'.repeat(1e7)}"}`),
  ],
  [
    'answers a bomb of gzip',
    (_req, res) =>
      res
        .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
        .end(gzipSync(`{"a":"${'a'.repeat(1e7)}"}`)),
  ],
  [
    'answers bytes that are no text',
    (_req, res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end(Buffer.alloc(99, 0xff)),
  ],
  [
    'answers a deep document',
    (_req, res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('['.repeat(1e5)),
  ],
  [
    'answers a member __proto__',
    (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"__proto__":{"code":"x"}}'),
  ],
  [
    'answers escapes everywhere',
    (_req, res) => {
      const text = escapes
      const names = [
        'code',
        'error',
        'error_description',
        'detail',
        'instance',
        'keys',
        'access_token',
        'issuer',
      ]
      json(res, 401, Object.fromEntries(names.map((name) => [name, text])), {
        'WWW-Authenticate': `Bearer error="\u009b31m", error_description="\u009b31m"`,
        'Cache-Control': 'max-age=\u009b',
        'Access-Control-Allow-Origin': '\u009b31m',
        Vary: '\u009b',
      })
    },
  ],
  ['hangs up', (_req, res) => res.destroy()],
]

/** Each of them would take for ever. */
const slow: readonly (readonly [string, RequestListener])[] = [
  [
    'answers a byte now and then',
    (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' })
      const timer = setInterval(() => res.write(' '), 20)
      res.on('close', () => {
        clearInterval(timer)
      })
    },
  ],
  [
    'sends its headers one by one',
    (_req, res) => {
      res.socket?.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => res.socket?.write('X-More: 1\r\n'), 20)
      res.socket?.on('close', () => {
        clearInterval(timer)
      })
    },
  ],
  [
    'says only that it goes on',
    (_req, res) => {
      const timer = setInterval(() => {
        res.writeProcessing()
      }, 20)
      res.socket?.on('close', () => {
        clearInterval(timer)
      })
    },
  ],
]

/** All checks, in lines of a bounded length. */
function requireBounds({ out }: Consultation): void {
  const lines = out.split('\n')
  expect(lines.at(-1)).toMatch(/^\d+ FAIL, \d+ warn, \d+ skip of 11 checks$/)
  for (const line of lines) expect(line.length).toBeLessThan(400)
}

describe('a hostile platform', () => {
  it.each(answers)('that %s gets nothing for it, wherever it does so', async (_, listener) => {
    let reached = 0
    others.serve((_req, res) => {
      reached++
      res.end()
    })
    const sum = await ask(listener)
    expect(lineOf('metadata', sum)).toMatch(/^ok /)
    expect(sum.exitCode).toBe(1)
    requireBounds(sum)
    requireBounds(await ask(listener, true))
    expect(reached).toBe(0)
  })

  it.each(slow)('that %s is given up', async (_, listener) => {
    const sum = await ask(listener, false, { timeoutMs: 200 })
    expect([1, 3]).toContain(sum.exitCode)
    requireBounds(sum)
    requireBounds(await ask(listener, true, { timeoutMs: 200 }))
  })

  it('is shown as it calls itself, in ASCII and cut', async () => {
    const issuer = `https://${escapes}${'a'.repeat(500)}`
    const sum = await ask((_req, res) => {
      json(res, 200, metadataOf(platforms.address(), { issuer }))
    }, true)
    const line = lineOf('metadata', sum)
    expect(line).toContain(
      String.raw`the platform calls itself "https://\u001b[2J\u001b]0;owned\u0007\u202e\u009b31m\r\nFAIL  tls  fakeaaa`,
    )
    expect(line).toContain('aaa..." there')
    expect(line.split('\n')[0]?.length).toBeLessThan(320)
  })

  it('gets no token for another origin that it names', async () => {
    let reached = 0
    others.serve((_req, res) => {
      reached++
      res.end()
    })
    const sum = await ask((req, res) => {
      const names = ['token_endpoint', 'jwks_uri', 'revocation_endpoint']
      const elsewhere = Object.fromEntries(names.map((name) => [name, `${others.address()}/${name}`]))
      json(res, 200, req.url === metadataPath ? metadataOf(platforms.address(), elsewhere) : {})
    }, true)
    expect(lineOf('key', sum)).toBe('skip  key             the metadata must be right first')
    expect(reached).toBe(0)
    expect(sum.exitCode).toBe(1)
  })

  it.each(['signature', 'jti', 'whole'])('cannot have the %s of a token printed', async (part) => {
    const pieceOf = (token: string) => {
      const [, claims = '', signature = ''] = token.split('.')
      const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string }
      return { signature, jti, whole: token }[part] ?? ''
    }
    let answered = 0
    const echo = (res: ServerResponse, token: string, code: string) => {
      answered++
      seen.push(token)
      const piece = pieceOf(token)
      json(res, 400, {
        code,
        error: piece,
        error_description: `The token is for another audience. This platform is https://${piece.toLowerCase()}`,
        detail: piece,
        instance: `urn:uuid:${part === 'jti' ? piece : '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11'}`,
      })
    }
    for (const code of ['token_not_verified', 'audience_mismatch', 'store_unavailable']) {
      const sum = await ask((req, res) => {
        req.on('data', (chunk: Buffer) => {
          const token = new URLSearchParams(chunk.toString()).get('assertion')
          if (token !== null) echo(res, token, code)
        })
        req.on('end', () => {
          if (!res.headersSent) json(res, 200, {})
        })
      })
      expect(lineOf('key', sum)).toContain(`FAIL  key             ${code}: `)
      expect(lineOf('key', sum).toLowerCase()).not.toContain('it is "https')
    }
    expect(answered).toBe(3)
  })

  it('cannot have its session printed, nor sent to others', async () => {
    const session = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"jti":"0ee70ce5-1111-4222-8333-444455556666"}').toString('base64url')}.${'c2lnbmF0dXJl'.repeat(20)}`
    seen.push(session)
    let reached = 0
    others.serve((_req, res) => {
      reached++
      res.end()
    })
    const address = platforms.address()
    const sum = await ask((req, res) => {
      const revocation_endpoint = `${others.address()}/revoke`
      if (req.url === metadataPath) json(res, 200, metadataOf(address, { revocation_endpoint }))
      else
        json(res, 200, { access_token: session, token_type: session, expires_in: session, keys: [session] })
    }, true)
    expect(lineOf('key', sum)).toBe(
      'ok    key             the platform accepts it: one token became a session, which nobody has kept',
    )
    expect(reached).toBe(0)
  })
})
