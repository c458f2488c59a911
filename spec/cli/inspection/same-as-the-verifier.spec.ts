import { describe, expect, it } from '@jest/globals'
import { createVerifier } from '../../../lib/index.js'
import { keyPair } from '../../helpers/keys.js'
import { audience, kidOf, mint, now, type Override } from '../../helpers/mint.js'
import { platform } from '../../helpers/platform.js'
import { inspect, written } from './inspecting.js'

const key = await written('same.jwk', JSON.stringify({ ...keyPair('ES256').publicJwk, kid: kidOf('ES256') }))

/** Each difference from the honest token, alone and with each other one. */
const differences: readonly Override[] = [
  {},
  { header: { alg: 'none' } },
  { header: { alg: 'HS256' } },
  { header: { alg: 7 } },
  { header: { alg: 'RS256' } },
  { header: { jwk: {} } },
  { header: { crit: ['exp'] } },
  { header: { typ: 'at+jwt' } },
  { header: { kid: '' } },
  { header: { kid: 'other' } },
  { header: { kid: 'key\n' } },
  { headerText: '{"alg":"ES256","alg":"ES256"}' },
  { claimsText: '[]' },
  { claimsText: '{"aud":"x","aud":"y"}' },
  { claims: { iss: undefined } },
  { claims: { proj_id: '' } },
  { claims: { aud: 'https://other.example' } },
  { claims: { aud: [audience, 'x'] } },
  { claims: { jti: 'x'.repeat(257) } },
  { claims: { sub: 'other' } },
  { claims: { iss: 'other' } },
  { claims: { proj_id: 'shop\n', sub: 'shop\n', iss: 'shop\n' } },
  { claims: { proj_id: ' ', sub: ' ', iss: ' ' } },
  { claims: { scope: '' } },
  { claims: { origin: 7 } },
  { claims: { nonce: 'x' } },
  { claims: { cnf: {} } },
  { claims: { exp: undefined } },
  { claims: { exp: (now + 60) * 1000 } },
  { claims: { iat: now + 60, exp: now + 70 } },
  { claims: { iat: now - 500, exp: now - 400 } },
  { claims: { iat: now, exp: now + 301 } },
  { claims: { iat: now + 5, exp: now + 1 } },
  { claims: { nbf: '1' } },
  { signature: (signature) => signature.subarray(1) },
  { signature: Buffer.alloc(64) },
]

const pairs = differences.flatMap((one, at) =>
  differences.slice(at).map((other) => ({
    ...one,
    ...other,
    header: { ...one.header, ...other.header },
    claims: { ...one.claims, ...other.claims },
  })),
)

describe('inspect', () => {
  it('puts first what a verifier answers, for each difference and each two of them', async () => {
    const seen = new Set<string | undefined>()
    for (const difference of pairs) {
      const token = mint(difference)
      const verified = createVerifier(platform().options).verify(token)
      const code = await verified.then(
        () => undefined,
        (error: unknown) => (error as { code: string }).code,
      )
      const { stdout } = await inspect(['--json', '--key', key, '--audience', audience], token)
      const { faults } = JSON.parse(stdout) as { faults: { code: string }[] }
      expect([difference, faults[0]?.code]).toEqual([difference, code])
      seen.add(code)
    }
    expect(seen.size).toBeGreaterThan(9)
  })
})
