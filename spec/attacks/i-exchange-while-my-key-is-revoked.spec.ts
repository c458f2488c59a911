import { afterEach, describe, expect, it } from '@jest/globals'
import { CachedKeyStore, createVerifier, MemoryReplayStore, type ReplayStore } from '../../lib/index.js'
import { createRegistry, MemoryProjectStore, RegistryRevocations } from '../../lib/registry/index.js'
import { createSessionIssuer, createSessionVerifier, type SessionVerifier } from '../../lib/session/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint, signBytes } from '../helpers/mint.js'
import { by, handOver } from '../helpers/registry.js'
import { openServer } from '../helpers/server.js'
import { until } from '../helpers/until.js'
import { exchange, issuerName, pageOrigin } from '../session/platform.js'

/*
 * Somebody with a stolen key exchanges a token in the very moment in which the key is revoked: after the key was looked at, and before
 * the session is signed. Either there is no session, or one that services soon refuse.
 */
const serve = openServer()
const clock = () => Date.now() / 1000
const ownPair = keyPair('ES256')
let open: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.map((one) => one.close()))
  open = []
})

type Moment =
  'before the exchange' | 'when the jti is consumed' | 'while the session is signed' | 'after the exchange'

/** A platform on which something happens at this moment of the next exchange. */
async function platformOf() {
  const store = new MemoryProjectStore()
  const registry = createRegistry({ store, audience: issuerName })
  await registry.createProject({ id: 'shop', allowedOrigins: [pageOrigin] }, { by })
  const { kid } = await handOver(registry, 'shop', ownPair)
  // No watch: the messages are lost, so a verifier goes by what it has for 30 s.
  const keyStore = new CachedKeyStore(store)
  const at: { moment: Moment | undefined; act: () => Promise<unknown> } = {
    moment: undefined,
    act: () => Promise.resolve(),
  }
  const happen = (moment: Moment) => (at.moment === moment ? at.act() : undefined)
  const used = new MemoryReplayStore()
  const replayStore: ReplayStore = {
    bind: (verifier) => used.bind(verifier),
    async consume(use) {
      await happen('when the jti is consumed')
      return used.consume(use)
    },
  }
  const revocations = new RegistryRevocations({ store })
  open.push(revocations)
  const { kty, crv, x, y } = ownPair.publicJwk as Record<string, string>
  const issuer = createSessionIssuer({
    issuer: issuerName,
    verifier: createVerifier({ audience: [audience, issuerName], keyStore, replayStore, clock }),
    signingKeys: [
      {
        publicJwk: { kty, crv, x, y } as Record<string, string>,
        privateKey: {
          alg: 'ES256',
          kid: 'kms',
          async sign(data) {
            await happen('while the session is signed')
            return signBytes('ES256', Buffer.from(data).toString(), ownPair.privateKey)
          },
        },
      },
    ],
    revocations,
    clock,
  })
  const sessions = createSessionVerifier({ issuer: issuerName, keys: issuer, revocations, clock })
  const server = serve(issuer.tokenEndpoint())
  const send = () => {
    const iat = Math.floor(clock())
    return exchange(server, mint({ header: { kid }, claims: { aud: issuerName, iat, exp: iat + 120 } }))
  }
  return { registry, kid, at, happen, send, sessions }
}

const outcome = (sessions: SessionVerifier, session: unknown) =>
  sessions.verify(session, { origin: pageOrigin }).then(
    () => 'passes',
    (error: unknown) => (error as { code: string }).code,
  )

const moments: Moment[] = [
  'before the exchange',
  'when the jti is consumed',
  'while the session is signed',
  'after the exchange',
]

it('gives a session that passes where nothing happens', async () => {
  const { send, sessions } = await platformOf()
  expect(await outcome(sessions, (await send()).body.access_token)).toBe('passes')
})

type Managed = Awaited<ReturnType<typeof platformOf>>

const endings: [string, (platform: Managed) => Promise<unknown>][] = [
  [
    'the key is revoked',
    ({ registry, kid }) => registry.revokeKey('shop', { kid, reason: 'compromised', by }),
  ],
  ['the project is suspended', ({ registry }) => registry.suspendProject('shop', { by })],
  ['all sessions of the project are ended', ({ registry }) => registry.endSessions('shop', { by })],
]

describe.each(endings)('%s', (_, end) => {
  it.each(moments)('%s', async (moment) => {
    const platform = await platformOf()
    const { at, happen, send, sessions } = platform
    await send()
    at.moment = moment
    at.act = () => {
      at.moment = undefined
      return end(platform)
    }
    await happen('before the exchange')
    const { status, body } = await send()
    await happen('after the exchange')
    if (status === 200) {
      const refused = async () => (await outcome(sessions, body.access_token)) === 'session_revoked'
      await until('services refuse it', refused)
    } else expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })
})

it('keeps an older session dead when the project is let in again', async () => {
  const { registry, send, sessions } = await platformOf()
  const { body } = await send()
  await registry.suspendProject('shop', { by })
  await until(
    'services refuse it',
    async () => (await outcome(sessions, body.access_token)) === 'session_revoked',
  )
  await registry.resumeProject('shop', { by })
  await until('the list was read', async () => (await outcome(sessions, body.access_token)) !== 'passes')
  expect(await outcome(sessions, body.access_token)).toBe('session_revoked')
})
