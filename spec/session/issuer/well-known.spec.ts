import { expect, it } from '@jest/globals'
import type { Server } from 'node:http'
import { keyPair } from '../../helpers/keys.js'
import { openServer } from '../../helpers/server.js'
import { createSessionIssuer } from '../../../lib/session/index.js'
import { verifierOf } from '../../helpers/platform.js'
import { grantType, issuing, issuerName, platformKey } from '../platform.js'

const serve = openServer()
const jwks = '/.well-known/jwks.json'
const metadata = '/.well-known/oauth-authorization-server'

function get(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  const { port } = server.address() as { port: number }
  return fetch(`http://127.0.0.1:${port}${path}`, init)
}

it('publishes every key, its public members alone', async () => {
  const { app } = issuing({
    signingKeys: [
      { privateKey: platformKey(), kid: 'now' },
      { privateKey: keyPair('ES256').privateKey, kid: 'soon', state: 'next' },
      {
        publicJwk: keyPair('EdDSA').publicJwk,
        kid: 'elsewhere',
        state: 'previous',
      },
    ],
  })
  const response = await get(serve(app), jwks)
  const { keys } = (await response.json()) as { keys: Record<string, string>[] }
  expect(keys.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
    ['now', 'RS256', 'sig'],
    ['soon', 'ES256', 'sig'],
    ['elsewhere', 'EdDSA', 'sig'],
  ])
  const allowed = new Set(['kty', 'n', 'e', 'crv', 'x', 'y', 'kid', 'alg', 'use'])
  expect(keys.flatMap((key) => Object.keys(key)).filter((name) => !allowed.has(name))).toEqual([])
})

it('publishes what a client and a service need', async () => {
  const response = await get(serve(issuing().app), metadata)
  expect(await response.json()).toEqual({
    issuer: issuerName,
    token_endpoint: `${issuerName}/oauth/token`,
    jwks_uri: `${issuerName}/.well-known/jwks.json`,
    grant_types_supported: [grantType],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['none'],
    service_documentation: expect.stringContaining('docs/sessions.md') as unknown,
    reverse_jwt: { audience: issuerName, algorithms: ['RS256'], max_lifetime: 600 },
  })
})

it.each([jwks, metadata])(
  'lets anyone keep %s for five minutes, and ask whether it changed',
  async (path) => {
    const server = serve(issuing().app)
    const response = await get(server, path)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const etag = response.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const again = await get(server, path, { headers: { 'If-None-Match': known } })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    expect((await get(server, path, { headers: { 'If-None-Match': '"x"' } })).status).toBe(200)
    const head = await get(server, path, { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', etag])
  },
)

it('refuses other methods, and leaves other paths to others', async () => {
  const server = serve(issuing().app)
  const posted = await get(server, jwks, { method: 'POST' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  for (const path of ['/.well-known/jwks.json/', '/.well-known/openid-configuration', '/x'])
    expect((await get(server, path)).status).toBe(404)
  expect((await get(server, `${jwks}?fresh`)).status).toBe(200)
})

it('has the path of an issuer where the standards have it', async () => {
  const issuer = createSessionIssuer({
    issuer: 'https://platform.example/eu',
    verifier: verifierOf(),
    signingKeys: [{ privateKey: platformKey() }],
  })
  const server = serve(issuer.wellKnown())
  const response = await get(server, `${metadata}/eu`)
  expect(await response.json()).toMatchObject({
    issuer: 'https://platform.example/eu',
    jwks_uri: 'https://platform.example/eu/.well-known/jwks.json',
  })
  expect((await get(server, '/eu/.well-known/jwks.json')).status).toBe(200)
})

it('answers 503 while there are no keys', async () => {
  const { app } = issuing({ signingKeys: () => Promise.reject(new Error('sealed')) })
  const response = await get(serve(app), jwks)
  expect([
    response.status,
    response.headers.get('retry-after'),
    response.headers.get('cache-control'),
  ]).toEqual([503, '5', 'no-store'])
})

it.each([
  'http://platform.example',
  'https://platform.example/',
  'https://platform.example/eu/',
  'https://platform.example?a',
  'https://user@platform.example',
  'https://platform.example#a',
  'https://PLATFORM.example',
  'platform.example',
  '',
])('takes no %j for an issuer', (name) => {
  expect(() => issuing({ issuer: name })).toThrow(/createSessionIssuer: issuer must be an address/)
})
