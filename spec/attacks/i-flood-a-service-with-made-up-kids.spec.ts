import { afterEach, expect, it, jest } from '@jest/globals'
import { createSessionVerifier } from '../../lib/session/index.js'
import { keyPair } from '../helpers/keys.js'
import { json, monotonicClock, otherServer } from '../session/other-server.js'
import { issuerName, mintSession, now, pageOrigin } from '../session/platform.js'

const issuerServer = otherServer()
afterEach(() => {
  jest.restoreAllMocks()
})

it('costs the issuer one read in 30 s, and honest sessions nothing', async () => {
  const pass = monotonicClock()
  issuerServer.answer = json({ keys: [{ ...keyPair('RS256').publicJwk, kid: 'platform-1', alg: 'RS256' }] })
  const sessions = createSessionVerifier({
    issuer: issuerName,
    keys: { jwksUri: `${issuerServer.url}/jwks` },
    clock: () => now,
  })
  const honest = mintSession()
  const send = (token: string) =>
    sessions.verify(token, { origin: pageOrigin }).then(
      () => 'passes',
      (error: unknown) => (error as { code: string }).code,
    )
  expect(await send(honest)).toBe('passes')
  for (let minute = 0; minute < 4; minute++) {
    pass(31)
    const codes = await Promise.all(
      Array.from({ length: 500 }, (_, at) =>
        at % 50 === 0
          ? send(honest)
          : send(mintSession({ header: { kid: `${minute}-${at}` }, signature: () => Buffer.alloc(256) })),
      ),
    )
    expect(codes.filter((code) => code === 'passes')).toHaveLength(10)
    expect(codes.filter((code) => code === 'token_not_verified')).toHaveLength(490)
  }
  expect(issuerServer.asked).toHaveLength(5)
})
