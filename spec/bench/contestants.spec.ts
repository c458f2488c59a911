import { describe, expect, it } from '@jest/globals'
import { contestants, refusers } from '../../bench/contestants/all.js'
import type { Contestant } from '../../bench/contestants/contestant.js'
import { inFlight } from '../../bench/in-flight.js'
import { orderOf } from '../../bench/interleave.js'
import { algs, makeKeys, type Alg } from '../../bench/platform.js'
import { flipped, rubbish, signTokens, type Difference } from '../../bench/tokens.js'

const keys = makeKeys()
const everyone = [...new Set([...contestants, ...refusers])]
const everywhere = everyone.flatMap((contestant) =>
  algs.map((alg) => [contestant.name, alg, contestant] as const),
)
const now = Math.floor(Date.now() / 1000)

/** What becomes of one token: undefined where the contestant does not take part. */
async function outcome(contestant: Contestant, alg: Alg, token: string, byKid = false) {
  const work = contestant.begin({ alg, keys, tokens: [token], byKid })
  if (work === undefined) return undefined
  return new Promise((resolve) => {
    work(
      0,
      () => {
        resolve('accepted')
      },
      () => {
        resolve('refused')
      },
    )
  })
}

async function oneToken(alg: Alg, difference: Difference = {}): Promise<string> {
  const [token = ''] = await signTokens(keys, alg, 1, () => difference)
  return token
}

/** Those that the tables leave empty. */
const absent = ['jsonwebtoken EdDSA', 'aws-jwt-verify PS256']

describe.each(everywhere)('%s, %s', (name, alg, contestant) => {
  const takesPart = !absent.includes(`${name} ${alg}`)

  it('accepts an honest token and refuses the same with one bit of the signature flipped', async () => {
    const token = await oneToken(alg)
    expect(await outcome(contestant, alg, flipped(token))).toBe(takesPart ? 'refused' : undefined)
    expect(await outcome(contestant, alg, token)).toBe(takesPart ? 'accepted' : undefined)
  })

  it('checks exp, aud and iss, unless it is the bare signature', async () => {
    const expected = !takesPart ? undefined : name === 'crypto.verify' ? 'accepted' : 'refused'
    for (const claims of [
      { iat: now - 400, exp: now - 200 },
      { aud: 'https://elsewhere.example' },
      { iss: 'x' },
    ]) {
      expect(await outcome(contestant, alg, await oneToken(alg, { claims }))).toBe(expected)
    }
  })
})

describe.each(refusers.map((contestant) => [contestant.name, contestant] as const))(
  '%s',
  (name, contestant) => {
    it('refuses what the benchmark of refusals sends', async () => {
      const tokens = [
        rubbish.text(),
        rubbish.segments(),
        rubbish.algNone('RS256'),
        rubbish.hmac(keys, 'RS256'),
      ]
      for (const token of tokens) expect(await outcome(contestant, 'RS256', token)).toBe('refused')
    })

    it('finds keys by kid, or is left out', async () => {
      const knowsKids = !['fast-jwt', 'hono/jwt'].includes(name)
      const unknown = await oneToken('RS256', { header: { kid: 'key-of-nobody' } })
      expect(await outcome(contestant, 'RS256', unknown, true)).toBe(knowsKids ? 'refused' : undefined)
      const known = await oneToken('RS256')
      expect(await outcome(contestant, 'RS256', known, true)).toBe(knowsKids ? 'accepted' : undefined)
    })
  },
)

describe('inFlight', () => {
  it('keeps so many in flight and ends when all are done, at once or later', async () => {
    let running = 0
    let max = 0
    let ended = 0
    await inFlight(100, 8, (item, done) => {
      max = Math.max(max, ++running)
      const end = () => {
        running--
        ended++
        done()
      }
      if (item % 3 === 0) end()
      else setImmediate(end)
    })
    expect([ended, max, running]).toEqual([100, 8, 0])
  })

  it('fails with the first that fails', async () => {
    const failing = inFlight(10, 2, (item, done, failed) => {
      if (item === 3) failed(new Error('the fourth'))
      else setImmediate(done)
    })
    await expect(failing).rejects.toThrow('the fourth')
  })
})

it('gives everyone every place, and no one always after the same other', () => {
  const rounds = Array.from({ length: 6 }, (_, round) => orderOf(['a', 'b', 'c'], round).join(''))
  expect(new Set(rounds.map((order) => order[0]))).toEqual(new Set(['a', 'b', 'c']))
  const pairs = rounds.flatMap((order) => [order.slice(0, 2), order.slice(1)])
  expect(new Set(pairs)).toEqual(new Set(['ab', 'ba', 'bc', 'cb', 'ca', 'ac']))
})
