import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createVerifier, MemoryReplayStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, rival, shop } from '../helpers/platform.js'
import { holds, Tally } from './property.js'
import { refusalOf } from './any-refusal.js'
import { expectRefusal } from '../helpers/refusals.js'
import type { Respelling } from './respelling/change.js'
import { respellings, signatureRespellings } from './respelling/respellings.js'
import { shiftedBy } from './respelling/signature-number.js'

const algorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'] as const
const { options } = platform({ algorithms }, [shop(algorithms), rival])

/** Tokens whose signature begins with a zero byte, which a careless encoder would strip. One signature of 256 does. */
function mintWithLeadingZero(alg: string): string {
  for (;;) {
    const token = mint({ alg })
    if (Buffer.from(token.split('.')[2] ?? '', 'base64url')[0] === 0) return token
  }
}

const originals = algorithms.flatMap((alg) => [
  mint({ alg }),
  mint({ alg }),
  mint({ alg, claims: { scope: 'portal:read', origin: undefined, iat: undefined } }),
  mintWithLeadingZero(alg),
])

/** The copy of a token that is a valid signature by mathematics: (r, n - s). */
const twins = new Map(
  originals
    .filter((_, index) => algorithms[Math.floor(index / 4)]?.startsWith('ES'))
    .map((original) => {
      const [header = '', claims = '', signature = ''] = original.split('.')
      const twin = shiftedBy(Buffer.from(signature, 'base64url'), 'negated', original)
      return [`${header}.${claims}.${twin.toString('base64url')}`, original]
    }),
)

/** As if every token met a replay store of its own, which has seen nothing: what refuses is never that it was used. */
const forgetful = createVerifier({ ...options, replayStore: { consume: () => true } })

const tally = new Tally()
const original = fc.nat({ max: originals.length - 1 }).map((index) => originals[index] ?? '')

function respell(token: string, other: string, changes: readonly Respelling[]): string {
  return changes.reduce((text, change) => change.apply(text, other), token)
}

async function expectOnlyOriginals(text: string): Promise<void> {
  if (originals.includes(text)) {
    tally.count('original')
    await expect(forgetful.verify(text)).resolves.toMatchObject({ project: { id: 'shop' } })
    return
  }
  const twinOf = twins.get(text)
  if (twinOf !== undefined) {
    tally.count('twin')
    const replayStore = new MemoryReplayStore()
    const verifier = createVerifier({ ...options, replayStore })
    await verifier.verify(twinOf)
    await expectRefusal(verifier.verify(text), 'token_replayed')
    return
  }
  tally.count(await refusalOf(forgetful.verify(text)))
}

describe('a token that is spelled in another way', () => {
  it('is accepted as it was signed', async () => {
    for (const token of originals) await expect(forgetful.verify(token)).resolves.toBeDefined()
    expect(twins.size).toBe(12)
  })

  holds(
    'is refused, whatever was changed',
    25_000,
    fc.asyncProperty(original, original, respellings, (token, other, changes) =>
      expectOnlyOriginals(respell(token, other, changes)),
    ),
  )

  holds(
    'is refused when its signature is spelled in another way, and as replayed when it verifies all the same',
    3_000,
    fc.asyncProperty(original, original, signatureRespellings, (token, other, changes) =>
      expectOnlyOriginals(respell(token, other, changes)),
    ),
  )

  const scheme = fc.constantFrom('Bearer ', 'bearer ', 'BEARER   ', 'Bearer')
  holds(
    'is refused in a header too',
    3_000,
    fc.asyncProperty(original, original, respellings, scheme, async (token, other, changes, before) => {
      const authorization = before + respell(token, other, changes)
      const outcome = forgetful.authenticate({ headers: { authorization } })
      const sent = /^bearer +(.*)$/is.exec(authorization)?.[1] ?? ''
      if (originals.includes(sent) || twins.has(sent)) await expect(outcome).resolves.toBeDefined()
      else tally.count(await refusalOf(outcome))
    }),
  )

  it('was refused by every check that a spelling can fail', () => {
    const often = ['original', 'twin', 'request_malformed', 'token_malformed', 'algorithm_not_allowed']
    const checks = ['token_type_not_allowed', 'claim_missing', 'claim_invalid', 'token_not_verified']
    expect(tally.rare(30, [...often, ...checks])).toEqual([])
  })
})
