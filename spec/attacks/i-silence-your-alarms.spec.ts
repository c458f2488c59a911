import { describe, expect, it } from '@jest/globals'
import type { AnyEvent } from '../../lib/events/index.js'
import { createVerifier } from '../../lib/index.js'
import { accepted, alerting, refused } from '../events/alerts/alerting.js'
import { refusedEvent, unavailableEvent } from '../helpers/events.js'
import { keyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'

const { publicJwk: jwk, privateKey } = keyPair('ES256')
const revokedAt = now - 5

/** What the platform hears of a token that I sign with a key that I stole and that was revoked five seconds ago. */
async function toldOf(claims: Record<string, unknown>, after = 0) {
  const { see, rules } = alerting()
  const project = shop([], { keys: [{ jwk, kid: 'stolen', revokedAt }] })
  const { options, clock } = platform({ onEvent: see }, [project])
  clock.now = now + after
  const token = mint({ privateKey, header: { kid: 'stolen' }, claims })
  await createVerifier(options)
    .verify(token)
    .catch(() => undefined)
  return rules()
}

describe('using a key that was revoked', () => {
  it('is known at once where I sign as an honest signer does, after the tolerance for clocks', async () => {
    expect(await toldOf({ iat: now + 10, exp: now + 100 }, 10)).toEqual(['revoked_key_used'])
  })

  it('is known from the end of the longest life on where I date my tokens back', async () => {
    expect(await toldOf({ iat: revokedAt - 1, exp: now + 210 }, 200)).toEqual([])
    const later = 306
    expect(await toldOf({ iat: now + later - 299, exp: now + later + 1 }, later)).toEqual([
      'revoked_key_used',
    ])
  })

  it('is known where I leave the time of signing out', async () => {
    expect(await toldOf({ iat: undefined, exp: now + 400 }, 306)).toEqual(['revoked_key_used'])
  })
})

const replays = Array.from({ length: 20 }, (_, at) =>
  refused(at, 'token_replayed', { code: 'token_replayed', projectId: 'victim' }),
)

/** The alarm of another project, with what I send at the same time. */
function besides(mine: (at: number) => AnyEvent, times = 1_000): string[] {
  const { see, rules } = alerting({ rules: ['replay_burst'] })
  for (const [at, event] of replays.entries()) {
    see(event)
    for (let sent = 0; sent < times; sent++) see(mine(at))
  }
  return rules()
}

describe('nobody misses the alarm of another project', () => {
  it.each<{ what: string; mine: (at: number) => AnyEvent }>([
    { what: 'good tokens of my own project', mine: (at) => accepted(at, { projectId: 'mine' }) },
    {
      what: 'tokens that name the other project and are not of its key',
      mine: (at) =>
        refusedEvent({
          time: now + at,
          reason: 'signature_bad',
          signature: 'bad',
          unverifiedProjectId: 'victim',
        }),
    },
    {
      what: 'tokens of projects that I make up',
      mine: (at) =>
        refusedEvent({ time: now + at, unverifiedProjectId: `made-up-${Math.random()}`, unverifiedKid: 'k' }),
    },
    {
      what: 'old tokens of projects that I make up',
      mine: (at) =>
        refusedEvent({
          time: now + at,
          code: 'token_expired',
          reason: 'token_expired',
          unverifiedProjectId: `made-up-${Math.random()}`,
        }),
    },
    {
      what: 'alarms of my own project',
      mine: (at) => refused(at, 'token_replayed', { code: 'token_replayed', projectId: 'mine' }),
    },
  ])('because I send $what', ({ mine }) => {
    expect(besides(mine)).toContain('replay_burst')
  })

  it('and it is the one of that project', () => {
    const { see, raised } = alerting({ rules: ['replay_burst'] })
    for (const event of replays) see(event)
    expect(raised()).toMatchObject([{ projectId: 'victim' }])
  })
})

it('nobody misses that a store fails because I send so much that is refused', () => {
  const { see, rules } = alerting()
  for (let at = 0; at < 1_000; at++) {
    see(at % 100 === 99 ? unavailableEvent({ time: now + at * 0.03 }) : accepted(at * 0.03))
    for (let sent = 0; sent < 10; sent++)
      see(refusedEvent({ time: now + at * 0.03, code: 'token_malformed' }))
  }
  expect(rules()).toContain('store_unavailable')
})
