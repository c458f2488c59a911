import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { inspect } from 'node:util'
import { keyPair } from '../helpers/keys.js'
import { openServer } from '../helpers/server.js'
import {
  exchange,
  issuerName,
  issuing,
  mint,
  mintSession,
  pageOrigin,
  platformKey,
  post,
  serviceOf,
} from './platform.js'

const serve = openServer()
let printed: string[]

beforeEach(() => {
  printed = []
  for (const method of ['log', 'warn', 'error', 'info'] as const)
    jest.spyOn(console, method).mockImplementation((...given: unknown[]) => {
      printed.push(given.map((one) => inspect(one, { depth: 10 })).join(' '))
    })
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Whatever would let somebody act in the place of another: a text that must stand nowhere but in the answer that gives it. */
function expectNothingOf(secrets: readonly string[], places: readonly unknown[]): void {
  const text = [
    ...places.map((place) => inspect(place, { depth: 10, maxStringLength: null })),
    ...printed,
  ].join('\n')
  for (const secret of secrets) {
    const [, claims = secret, signature = secret] = secret.split('.')
    for (const part of [secret, claims, signature]) expect(text).not.toContain(part)
  }
}

const privateTexts = () => {
  const { d = '', p = '' } = platformKey().export({ format: 'jwk' })
  return [d, p, keyPair('ES256').privateKey.export({ format: 'jwk' }).d ?? '']
}

it('no answer and no event of the issuer holds a token, a session or a key', async () => {
  const made = issuing({
    revocations: {
      isRevoked: () => false,
      revoke: () => Promise.reject(new Error('away')),
      list: () => Promise.reject(new Error('away')),
    },
  })
  const server = serve(made.app)
  const used = mint()
  const { body } = await exchange(server, used)
  const session = body.access_token as string
  const answers = [
    await exchange(server, used),
    await exchange(server, session),
    await exchange(server, mint({ signature: (bytes) => Buffer.from(bytes).reverse() })),
    await exchange(server, mint(), { scope: 'admin' }),
    await post(server, '/oauth/revoke', { token: session }),
    await post(server, '/oauth/token', `assertion=${used}&assertion=${used}`),
  ]
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 503, 400])
  const { port } = server.address() as { port: number }
  const published = await Promise.all(
    ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server', '/internal/revocations'].map(
      async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    ),
  )
  expectNothingOf(
    [used, session, ...privateTexts()],
    [answers.map(({ body }) => body), made.events, published],
  )
})

it('no answer and no event of a service holds a session', async () => {
  const events: unknown[] = []
  const tokens = [
    mintSession(),
    mintSession({ claims: { exp: 1 } }),
    mintSession({ header: { kid: 'other' } }),
    mint(),
  ]
  const outcomes: unknown[] = []
  for (const isRevoked of [() => true, () => false]) {
    const service = serviceOf({
      issuer: issuerName,
      keys: issuing().issuer,
      revocations: { isRevoked },
      clock: () => 1_790_000_000,
      onEvent: (event) => events.push(event),
    })
    const server = serve(service)
    const { port } = server.address() as { port: number }
    for (const token of tokens) {
      const headers = { Authorization: `Bearer ${token}`, Origin: pageOrigin }
      const response = await fetch(`http://127.0.0.1:${port}/orders`, { headers })
      outcomes.push([response.status, Object.fromEntries(response.headers), await response.text()])
    }
  }
  expect(events.length).toBe(8)
  expectNothingOf(tokens, [outcomes, events])
})
