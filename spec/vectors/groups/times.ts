import { accepts, refuses, type GroupDefinition } from '../definition.js'
import { now } from '../projects.js'

type Time = number | string | boolean | null | undefined
/** Seconds from now; undefined leaves a claim out. */
const at = (exp: number, iat?: number, nbf?: number) => ({
  claims: {
    exp: now + exp,
    iat: iat === undefined ? undefined : now + iat,
    nbf: nbf === undefined ? undefined : now + nbf,
  },
})
const withTime = (name: 'exp' | 'iat' | 'nbf', value: Time) => ({ claims: { [name]: value } })
/** A number as it is written here. */
const written = (name: 'exp' | 'iat', number: string) => ({
  claimsText: (text: string) => text.replace(new RegExp(`"${name}":\\d+`), `"${name}":${number}`),
})

export const expiry: GroupDefinition = {
  name: 'expiry',
  about: 'Accepted while now < exp + clockTolerance. Fractions count.',
  tests: [
    accepts('exp was 9 s ago', at(-9, -100)),
    accepts('exp was 9.5 s ago', at(-9.5, -100)),
    refuses('token_expired', 'exp was 10 s ago', at(-10, -100)),
    refuses('token_expired', 'exp was 11 s ago', at(-11, -100)),
    refuses('claim_missing', 'no exp', withTime('exp', undefined)),
    refuses('claim_invalid', 'exp is a string', withTime('exp', String(now + 110))),
    refuses('claim_invalid', 'exp is too large for a double', written('exp', '1e400')),
    accepts('exp with a fraction of zero', written('exp', `${now + 110}.0`)),
    accepts('exp with an exponent', written('exp', '1.79000011e9')),
  ],
}

function withTimes(exp: number, iat: number | undefined) {
  return { claims: { exp, iat } }
}

export const activity: GroupDefinition = {
  name: 'activity',
  about: 'iat and nbf are optional; neither is later than now + clockTolerance. iat is not later than exp.',
  tests: [
    accepts('no iat and no nbf', at(110)),
    accepts('iat is 10 s from now', at(110, 10)),
    refuses('token_not_active', 'iat is 10.5 s from now', at(110, 10.5)),
    refuses('token_not_active', 'iat is 11 s from now', at(110, 11)),
    accepts('nbf is 10 s from now', at(110, -10, 10)),
    refuses('token_not_active', 'nbf is 11 s from now', at(110, -10, 11)),
    accepts('iat equals exp', at(5, 5)),
    refuses('claim_invalid', 'iat is a string', withTime('iat', String(now))),
  ],
}

export const lifetimes: GroupDefinition = {
  name: 'lifetimes',
  about:
    'exp - iat is at most maxLifetime. Without iat: exp - now is at most maxLifetime + clockTolerance. How long the token still lives is not asked.',
  tests: [
    accepts('300 s', at(300, 0)),
    refuses('token_lifetime_too_long', '300.5 s', at(300.5, 0)),
    refuses('token_lifetime_too_long', '301 s', at(301, 0)),
    accepts('300 s, of which 290 have passed', at(10, -290)),
    refuses('token_lifetime_too_long', '301 s, of which 291 have passed', at(10, -291)),
    accepts('without iat: exp is 310 s from now', at(310)),
    refuses('token_lifetime_too_long', 'without iat: exp is 310.5 s from now', at(310.5)),
    refuses('token_lifetime_too_long', 'without iat: exp is 311 s from now', at(311)),
    refuses('token_lifetime_too_long', 'iat is 0', withTimes(now + 110, 0)),
  ],
}

const ms = (seconds: number) => (now + seconds) * 1000

export const milliseconds: GroupDefinition = {
  name: 'milliseconds',
  about: 'Times in milliseconds: which of them it is decides by which rule the token is refused.',
  tests: [
    refuses('token_not_active', 'iat and exp', withTimes(ms(110), ms(0))),
    refuses('token_lifetime_too_long', 'exp alone', withTimes(ms(110), now)),
    refuses('claim_invalid', 'iat alone', withTimes(now + 110, ms(0))),
    refuses('token_not_active', 'nbf alone', { claims: { nbf: ms(0) } }),
  ],
}

export const strictTimes: GroupDefinition = {
  name: 'strict-times',
  about: 'A platform without tolerance, where tokens live for a minute at most.',
  verifier: { clockTolerance: 0, maxLifetime: 60 },
  tests: [
    accepts('exp is a second from now', at(1, -10)),
    refuses('token_expired', 'exp is now', at(0, -10)),
    refuses('token_not_active', 'iat is a second from now', at(60, 1)),
    refuses('token_lifetime_too_long', '61 s', at(61, 0)),
    refuses('token_lifetime_too_long', 'without iat: exp is 61 s from now', at(61)),
  ],
}
