import type { Server } from 'node:http'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { descriptionOf } from '../helpers/refusals.js'
import { exchange, type WireAnswer } from './exchange.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { kidOf, mint, now, type Override } from '../helpers/mint.js'
import { appOf, platform, rival, shop } from '../helpers/platform.js'

const { publicJwk: jwk } = keyPair('ES256')
const { privateKey: unregisteredKey } = makeKeyPair('ES256')
const keys = [
  { jwk, kid: kidOf('ES256') },
  { jwk, kid: 'revoked', revokedAt: now - 1 },
  { jwk, kid: 'early', notBefore: now + 1000 },
  { jwk, kid: 'late', notAfter: now - 1 },
  { jwk: keyPair('EdDSA').publicJwk, kid: 'other-algorithm' },
]
const suspended = {
  id: 'closed',
  suspended: true,
  keys: [{ jwk: makeKeyPair('ES256').publicJwk, kid: 'key-1' }],
}
const as = (id: string) => ({ iss: id, sub: id, proj_id: id })

const { options, events } = platform({}, [shop([], { keys }), rival, suspended])
let server: Server
beforeAll(() => {
  server = appOf(options).listen(0)
})
afterAll(() => {
  server.close()
})
const send = (override: Override): Promise<WireAnswer> =>
  exchange(server, '/portal', { Authorization: `Bearer ${mint(override)}` })

/** What a stranger may try, with what the platform alone is told. */
const probes: [string, Override, string][] = [
  ['an unknown project', { claims: as('nobody') }, 'unknown project or key'],
  [
    'an unknown project, signed by a stranger',
    { claims: as('nobody'), privateKey: unregisteredKey },
    'unknown project or key',
  ],
  ['a project id that no project can have', { claims: as('p'.repeat(300)) }, 'unknown project or key'],
  ['an unknown key', { header: { kid: 'unknown' } }, 'unknown project or key'],
  ['a key of another project', { header: { kid: 'key-rival' } }, 'unknown project or key'],
  ['a revoked key', { header: { kid: 'revoked' } }, 'the key is revoked'],
  [
    'a revoked key, signed by a stranger',
    { header: { kid: 'revoked' }, privateKey: unregisteredKey },
    'the signature does not match',
  ],
  ['a key that is not active yet', { header: { kid: 'early' } }, 'the key is not active yet'],
  ['a key that has expired', { header: { kid: 'late' } }, 'the key has expired'],
  [
    'the wrong algorithm for a key',
    { header: { kid: 'other-algorithm' } },
    'the algorithm is not that of the key',
  ],
  ['a signature by a stranger', { privateKey: unregisteredKey }, 'the signature does not match'],
  ['a signature of nothing but ones', { signature: Buffer.alloc(64, 1) }, 'the signature does not match'],
  ['a suspended project', { claims: as('closed'), header: { kid: 'key-1' } }, 'the signature does not match'],
]

it('answers the honest token with 200', async () => {
  await expect(send({})).resolves.toMatchObject({ status: 200 })
})

it('answers every probe with the same bytes, but for the random id of the answer', async () => {
  const description = descriptionOf('token_not_verified')
  for (const [what, override, cause] of probes) {
    const { status, headers, body: sent } = await send(override)
    const body = sent.replace(/urn:uuid:[\da-f-]{36}/, 'urn:uuid:of this answer')
    expect({ what, status, headers, body }).toEqual({
      what,
      status: 401,
      headers: [
        'X-Powered-By: Express',
        'Cache-Control: no-store',
        `WWW-Authenticate: Bearer realm="reverse-jwt", error="invalid_token", error_description="${description}"`,
        'Content-Type: application/problem+json',
        'Connection: keep-alive',
        'Keep-Alive: timeout=5',
        `Content-Length: ${sent.length}`,
      ],
      body: JSON.stringify({
        type: 'https://unpkg.com/reverse-jwt/docs/errors/token_not_verified.md',
        title: 'Token not verified',
        status: 401,
        detail: description,
        instance: 'urn:uuid:of this answer',
        error: 'invalid_token',
        code: 'token_not_verified',
        retry: 'no',
        server_time: now,
      }),
    })
    // The platform alone can tell them apart: each was really refused for its own reason.
    expect(events.at(-1)).toMatchObject({ type: 'refused', code: 'token_not_verified', cause })
  }
})

it('tells a suspended project so only to who holds its key', async () => {
  const { privateKey, publicJwk } = makeKeyPair('ES256')
  const own = { id: 'closed', suspended: true, keys: [{ jwk: publicJwk, kid: 'key-1' }] }
  const closed = appOf(platform({}, [own]).options).listen(0)
  const token = mint({ claims: as('closed'), header: { kid: 'key-1' }, privateKey })
  const { status, body } = await exchange(closed, '/portal', { Authorization: `Bearer ${token}` })
  closed.close()
  expect(status).toBe(403)
  expect(JSON.parse(body)).toMatchObject({ code: 'project_suspended' })
})
