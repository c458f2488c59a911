import { expect, it } from '@jest/globals'
import { signingKeyFindings } from '../../../lib/cli/config/signing-keys.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../../lib/index.js'
import { createSessionIssuer, type SessionIssuerOptions } from '../../../lib/session/index.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { Secrets } from '../../helpers/secrets.js'
import { lines } from './lines.js'

const address = 'https://platform.example'
const pair = makeKeyPair('ES256')
const secrets = new Secrets()
secrets.addPrivateKey(pair.privateKey)

const issuerWith = (
  signingKeys: SessionIssuerOptions['signingKeys'],
  more: Partial<SessionIssuerOptions> = {},
) =>
  createSessionIssuer({
    issuer: address,
    verifier: createVerifier({
      audience: address,
      keyStore: new MemoryKeyStore([]),
      replayStore: new MemoryReplayStore(),
    }),
    signingKeys,
    ...more,
  })

async function found(issuer: { ready(): Promise<unknown> }): Promise<string[]> {
  const said = lines(await signingKeyFindings(issuer))
  expect(secrets.findIn(said.join('\n'))).toBeUndefined()
  expect(said.join('\n')).not.toContain('opensesame')
  return said
}

const remote = (sign: () => Promise<Uint8Array>) => [
  { privateKey: { alg: 'ES256', kid: 'kms', sign }, publicJwk: pair.publicJwk } as const,
]

it('finds an issuer ready that signs', async () => {
  expect(await found(issuerWith([{ privateKey: pair.privateKey }]))).toEqual([
    'ok signing-keys: the issuer signs sessions, and its public key verifies them',
  ])
})

it.each([
  [
    remote(() => Promise.resolve(new Uint8Array(64))),
    'The signature of the remote signer is not of the key in publicJwk',
  ],
  [remote(() => Promise.resolve(new Uint8Array(70))), 'The remote signer'],
  [
    remote(() => Promise.reject(Object.assign(new Error('opensesame'), { name: 'AccessDeniedException' }))),
    'AccessDeniedException: its words are not shown',
  ],
  [() => [], 'the function signingKeys gave no keys'],
  [() => Promise.reject(new Error('opensesame')), 'the function signingKeys gave no keys'],
])('fails with the reason why it does not sign: %#', async (signingKeys, reason) => {
  const [line] = await found(issuerWith(signingKeys))
  expect(line).toMatch(`FAIL signing-keys: the issuer is not ready (${reason}`)
})

it('fails with the words of no other issuer', async () => {
  expect(await found({ ready: () => Promise.reject(new Error('opensesame')) })).toMatchInlineSnapshot(`
    [
      "FAIL signing-keys: the issuer is not ready (an error: its words are not shown, for they may hold a secret) -> Correct signingKeys, or what the issuer needs for its revocations.",
    ]
  `)
  expect(
    await found({
      ready() {
        throw new Error('opensesame')
      },
    }),
  ).toHaveLength(1)
})
