import { describe, expect, it } from '@jest/globals'
import type { RequestListener, ServerResponse } from 'node:http'
import { consult, keyFile, lineOf, temporaryFiles, type Consultation } from '../cli/consult.js'
import { openPlatforms, pageOrigin, seen } from '../cli/platform/platforms.js'

/* Whoever runs the platform answers so that the command ends early, or prints what it was sent. */

const platforms = openPlatforms()
const file = temporaryFiles()
const key = file('key.json', keyFile())
const metadataPath = '/.well-known/oauth-authorization-server'

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** The metadata of the address, honest but for a change. */
function metadataOf(address: string, change: object = {}): object {
  return {
    issuer: address,
    token_endpoint: `${address}/oauth/token`,
    jwks_uri: `${address}/jwks`,
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    ...change,
  }
}

function examine(listener: RequestListener): Promise<Consultation> {
  const address = platforms.serve(listener)
  return consult(['--url', `${address}/embed/portal`, '--key', key, '--origin', pageOrigin])
}

/** Without an answer that `node:http` tells of, unless it is listened for. */
function switchProtocols(res: ServerResponse): void {
  res.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
}

describe('a platform', () => {
  it.each(['metadata', 'everything else'])(
    'that switches protocols at its %s gets a verdict',
    async (what) => {
      const sum = await examine((req, res) => {
        const isMetadata = req.url?.startsWith(metadataPath) === true
        if (isMetadata === (what === 'metadata')) switchProtocols(res)
        else json(res, 200, req.url === metadataPath ? metadataOf(platforms.address()) : {})
      })
      expect(sum.out).toMatch(/of 11 checks$/)
      expect([sum.exitCode, lineOf('refusal', sum)]).toEqual([
        1,
        expect.stringMatching(what === 'metadata' ? /answers 200 without a token/ : /gets 101, not 401/),
      ])
    },
  )

  it.each(['token_endpoint', 'jwks_uri', 'revocation_endpoint'])(
    'that names a blob of its own origin as its %s is asked nothing there',
    async (name) => {
      const sum = await examine((req, res) => {
        const address = platforms.address()
        const isMetadata = req.url === metadataPath
        json(
          res,
          isMetadata ? 200 : 404,
          isMetadata ? metadataOf(address, { [name]: `blob:${address}/x` }) : {},
        )
      })
      expect(sum.out).toMatch(/of 11 checks$/)
      const isNeeded = name !== 'revocation_endpoint'
      expect(lineOf('metadata', sum)).toMatch(
        isNeeded ? `its ${name} is missing, or on another origin` : /^ok /,
      )
    },
  )

  it.each(['signature', 'jti', 'session'])(
    'cannot have the %s of one request printed by the answer to the next',
    async (part) => {
      const session = 'b3BhcXVlLXNlc3Npb24tb2YtdGhlLXBsYXRmb3Jt'
      let token: string | undefined
      const sum = await examine((req, res) => {
        if (req.url === metadataPath) json(res, 200, metadataOf(platforms.address()))
        else if (req.method !== 'POST') json(res, 401, {})
        else
          req.on('data', (chunk: Buffer) => {
            if (token === undefined) {
              token = new URLSearchParams(chunk.toString()).get('assertion') ?? ''
              seen.push(token)
              json(res, 200, { access_token: session })
              return
            }
            const [, claims = '', signature = ''] = token.split('.')
            const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string }
            const piece = { signature, jti, session }[part] ?? ''
            const detail = `The token is for another audience. This platform is https://${piece}`
            json(res, 401, { code: 'audience_mismatch', detail, instance: `urn:uuid:${jti}` })
          })
      })
      expect(lineOf('key', sum)).toContain('one token became a session')
      expect(lineOf('origin', sum)).toMatch(/^FAIL {2}origin {10}audience_mismatch: /)
      expect(sum.out).not.toContain('b3BhcXVl')
    },
  )
})
