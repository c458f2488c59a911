import { refusers } from './contestants/all.js'
import type { Contestant } from './contestants/contestant.js'
import { inFlight, inFlightByTurns, type Begin } from './in-flight.js'
import { interleave, ratio, spread, type Turn } from './interleave.js'
import { makeKeys, type KeySet } from './platform.js'
import { cell, type Cell, type Part, type Table, type Verdict } from './results.js'
import { targets } from './targets.js'
import { flipped, rubbish, signTokens, times } from './tokens.js'

export interface RefusalsSize {
  readonly rounds: number
  readonly warmUp: number
  /** Tokens of each kind, and refusals a turn. */
  readonly batch: number
}

interface Kind {
  readonly name: string
  readonly tokens: readonly string[]
  /** How many times as fast as the cheapest peer it is to be here, at least. */
  readonly target?: number
  /** Only those take part that find the key by the token's kid. */
  readonly byKid?: boolean
  /** Only those take part that count uses; the tokens are used up beforehand. */
  readonly used?: boolean
  /**
   * Each in a turn of the event loop of its own, as requests come: whoever verifies the signature may treat the second of a turn as
   * one of a crowd. The others are so cheap that a turn would be most of what is measured.
   */
  readonly byTurns?: boolean
}

const alg = 'RS256'
const counting = ['reverse-jwt', 'jose + Map']

/** What it costs to refuse a token, one after the other: ours against the cheapest peer for the same token. */
export async function refusals(size: RefusalsSize): Promise<Part> {
  const keys = makeKeys()
  const kinds = await kindsOf(keys, size.batch)
  const rows: { name: string; cells: (Cell | null)[] }[] = []
  const verdicts: Verdict[] = []
  for (const kind of kinds) {
    const ready = await readyFor(kind, keys)
    const turns = await interleave(
      Object.fromEntries(ready.map(({ name, begin }) => [name, () => refuseAll(kind, begin, name)])),
      size.rounds,
      size.warmUp,
    )
    const ours = turns['reverse-jwt'] ?? []
    const cheapest = cheapestPeer(turns)
    const factor = cell(cheapest === undefined ? NaN : ratio(turns[cheapest] ?? [], ours, 'wall'), 'ratio')
    const costs = refusers.map(({ name }) => {
      const mine = turns[name]
      return mine === undefined ? null : cell(spread(mine.map(({ wall }) => wall / size.batch / 1e3)), 'µs')
    })
    const jose = turns.jose
    const toJose = jose === undefined ? null : cell(ratio(jose, ours, 'wall'), 'ratio')
    rows.push({ name: kind.name, cells: [...costs, cheapest === undefined ? null : factor, toJose] })
    if (kind.target !== undefined) {
      const target = `refusal, ${kind.name}: speed, times that of the cheapest peer`
      const against = cheapest === undefined ? {} : { against: cheapest }
      verdicts.push({ target, reached: factor, atLeast: kind.target, ...against })
    }
  }
  return { tables: [tableOf(rows)], verdicts }
}

async function kindsOf(keys: KeySet, batch: number): Promise<readonly Kind[]> {
  const now = Math.floor(Date.now() / 1000)
  const signed = (claims: object, header: object = {}) =>
    signTokens(keys, alg, batch, () => ({ claims: { ...claims }, header: { ...header } }))
  const honest = await signed({})
  const min = targets.minOfCheapestRefusal
  return [
    { name: 'random text', tokens: times(batch, rubbish.text) },
    { name: 'three random segments', tokens: times(batch, rubbish.segments), target: min.segments },
    { name: 'alg none', tokens: times(batch, () => rubbish.algNone(alg)), target: min.algNone },
    { name: 'HMAC with the public key', tokens: times(batch, () => rubbish.hmac(keys, alg)) },
    {
      name: 'unknown kid',
      tokens: await signed({}, { kid: 'key-of-nobody' }),
      target: min.unknownKid,
      byKid: true,
    },
    { name: 'expired', tokens: await signed({ iat: now - 400, exp: now - 200 }), target: min.claims },
    {
      name: 'wrong audience',
      tokens: await signed({ aud: 'https://elsewhere.example' }),
      target: min.claims,
    },
    { name: 'bad signature', tokens: honest.map(flipped), target: min.signature, byTurns: true },
    { name: 'used before', tokens: honest, used: true, byTurns: true },
  ]
}

async function readyFor(kind: Kind, keys: KeySet): Promise<{ name: string; begin: Begin }[]> {
  const ready: { name: string; begin: Begin }[] = []
  for (const contestant of refusers) {
    // Its refusals are those of jose, except for tokens that were used.
    if ((contestant.name === 'jose + Map') !== (kind.used ?? false) && !isOurs(contestant)) continue
    if (kind.used && !counting.includes(contestant.name)) continue
    const begin = contestant.begin({ alg, keys, tokens: kind.tokens, byKid: kind.byKid ?? false })
    if (begin === undefined) continue
    if (kind.used) await inFlight(kind.tokens.length, 1, begin)
    ready.push({ name: contestant.name, begin })
  }
  return ready
}

const isOurs = ({ name }: Contestant) => name === 'reverse-jwt'

function refuseAll({ tokens, byTurns }: Kind, begin: Begin, name: string): Promise<void> {
  const run = byTurns ? inFlightByTurns : inFlight
  return run(tokens.length, 1, (item, done, failed) => {
    const passed = () => {
      failed(new Error(`${name} accepts what should be refused`))
    }
    begin(item, passed, done)
  })
}

function cheapestPeer(turns: Readonly<Record<string, readonly Turn[]>>): string | undefined {
  const median = (name: string) => spread((turns[name] ?? []).map(({ wall }) => wall)).median
  const peers = Object.keys(turns).filter((name) => name !== 'reverse-jwt')
  return peers.toSorted((one, other) => median(one) - median(other))[0]
}

function tableOf(rows: Table['rows']): Table {
  return {
    title: 'Refusals, in process, RS256',
    text: 'Microseconds a refused token, one after the other; in the last two rows each in a turn of the event loop of its own, as requests come. The last two columns are how many times as long the cheapest peer and jose take. hono/jwt checks the claims before the signature, as this package does; the other peers check the signature first. Only who finds keys by kid can refuse an unknown one before the signature, and only who counts uses refuses a used token.',
    columns: [...refusers.map(({ name }) => `${name}, µs`), 'cheapest peer ÷ ours', 'jose ÷ ours'],
    rows,
  }
}
