import { curveOrders, numberOf } from '../helpers/ecdsa.js'
import { stepOf, type Definition } from './definition.js'
import { joined } from './ecdsa.js'
import { now } from './projects.js'
import type { Sequence } from './shape.js'

type StepDefinition = Omit<Definition, 'about'>
const accepted = (rest: Omit<StepDefinition, 'refused'> = {}): StepDefinition => ({
  refused: undefined,
  ...rest,
})
const refused = (code: string, rest: Omit<StepDefinition, 'refused'> = {}): StepDefinition => ({
  refused: code,
  ...rest,
})
const replayed = (rest: Omit<StepDefinition, 'refused'> = {}) => refused('token_replayed', rest)

const n = curveOrders.ES256
const otherS = (right: Buffer) => {
  const [r, s] = [numberOf(right.subarray(0, 32)), numberOf(right.subarray(32))]
  return joined('ES256', { r, s: n - s })
}
const wrong = (right: Buffer) => Buffer.alloc(right.length, 1)

const claim = (name: string, value: unknown) => ({ claims: { [name]: value } })
const own = { origin: 'https://shop.example' }
const ofPage = { claims: own, request: own }
const elsewhere = { claims: own, request: { origin: 'https://other.example' } }
const long = { claims: { iat: undefined, exp: now + 310 } }

/** What it shows, and the steps. The steps of one have one jti, unless they say otherwise. */
const sequences: readonly (readonly [about: string, ...steps: StepDefinition[]])[] = [
  ['the same token twice', accepted(), replayed()],
  ['the same jti in another token', accepted(), replayed(claim('exp', now + 100))],
  ['the same jti with another key of the project', accepted(), replayed({ key: 'eddsa' })],
  [
    'the same token with the other S, which is a right signature, too',
    accepted(),
    replayed({ signature: otherS }),
  ],
  ['a jti belongs to its project: another one may use the same', accepted(), accepted({ project: 'rival' })],
  [
    'project and jti are two texts, not one: "shop" with "eu:1", "shop:eu" with "1"',
    accepted(claim('jti', 'eu:1')),
    accepted({ project: 'shop:eu', ...claim('jti', '1') }),
    replayed(claim('jti', 'eu:1')),
  ],
  [
    'a jti is compared letter by letter',
    accepted(claim('jti', 'jti-1')),
    accepted(claim('jti', 'JTI-1')),
    accepted(claim('jti', 'jti-1 ')),
    replayed(claim('jti', 'jti-1')),
  ],
  [
    'one letter in two forms of Unicode is two',
    accepted(claim('jti', '\u00e9')),
    accepted(claim('jti', 'e\u0301')),
  ],
  ['a wrong signature uses nothing up', refused('token_not_verified', { signature: wrong }), accepted()],
  [
    'a wrong origin uses nothing up',
    refused('origin_not_allowed', elsewhere),
    accepted(ofPage),
    replayed(ofPage),
  ],
  [
    'a scope that is not enough uses nothing up',
    refused('scope_insufficient', { project: 'portal', request: { scope: ['portal:admin'] } }),
    accepted({ project: 'portal', request: { scope: ['portal:read'] } }),
  ],
  [
    'a token that came too early is good later',
    refused('token_not_active', claim('iat', now + 11)),
    accepted({ now: now + 1, ...claim('iat', now + 11) }),
  ],
  [
    'it is remembered for as long as it would be accepted',
    accepted({ now: now - 20 }),
    replayed({ now: now + 119 }),
    refused('token_expired', { now: now + 120 }),
  ],
  [
    'also where it has no iat, and lived as long as it could',
    accepted(long),
    replayed({ now: now + 319, ...long }),
    refused('token_expired', { now: now + 320, ...long }),
  ],
  [
    'a key is revoked between two tokens',
    accepted({ key: 'gone', now: now - 1, ...claim('jti', 'first') }),
    refused('token_not_verified', { key: 'gone', ...claim('jti', 'second') }),
  ],
]

export const allSequences: readonly Sequence[] = sequences.map(([about, ...steps], index) => {
  const id = `single-use-${index + 1}`
  return { id, about, steps: steps.map((step) => stepOf(step, id)) }
})
