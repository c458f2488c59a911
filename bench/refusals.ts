import { ourVerifier, rawVerify, rawVerifyInline, signedBytes, type Signed } from './contestants.js'
import { interleave, ratio, spread, type Contestant } from './interleave.js'
import { atMost, line, micros, shown } from './report.js'
import { honestTokens, refusedTokens } from './tokens.js'

interface Size {
  readonly rounds: number
  readonly warmUp: number
  /** Tokens of each kind, and refusals a turn. */
  readonly batch: number
}

/** What a refusal costs, one after the other, as a share of one bare RS256 signature check. */
export async function refusals({ rounds, warmUp, batch }: Size): Promise<void> {
  const verifier = ourVerifier()
  const pools = refusedTokens(batch)
  const signed = signedBytes('RS256', honestTokens('RS256', batch))

  const refused = (tokens: readonly string[]): Contestant =>
    async function refuseAll() {
      let passed = 0
      for (const token of tokens) {
        try {
          await verifier.verify(token)
          passed++
        } catch {
          // As it should be.
        }
      }
      if (passed > 0) throw new Error(`${passed} tokens passed that should be refused`)
    }
  const contestants: Record<string, Contestant> = {
    inline() {
      for (const each of signed) rawVerifyInline(each)
    },
    async callback() {
      for (const each of signed) await awaited(each)
    },
  }
  for (const [kind, tokens] of Object.entries(pools)) contestants[kind] = refused(tokens)

  const turns = await interleave(contestants, rounds, warmUp)
  const { inline = [], callback = [] } = turns
  const each = spread(inline.map((turn) => turn.wall / batch)).median
  line('one raw RS256 check, inline', micros(each))
  for (const kind of Object.keys(pools)) {
    const taken = turns[kind] ?? []
    line(kind, atMost(ratio(taken, inline, 'wall'), kind === 'expired' ? 1 / 2 : 1 / 4))
    const main = shown(ratio(taken, inline, 'main'))
    line('  main thread; to the callback form', `${main}; ${shown(ratio(taken, callback, 'wall'))}`)
  }
}

function awaited(signed: Signed): Promise<void> {
  return new Promise((resolve, reject) => {
    rawVerify(signed, resolve, reject)
  })
}
