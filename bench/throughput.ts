import { algs, joseVerifier, ourVerifier, rawVerify, signedBytes, type Signed } from './contestants.js'
import { inFlight, type Begin } from './in-flight.js'
import { interleave, ratio, spread, type Turn } from './interleave.js'
import { atLeast, line, micros, shown } from './report.js'
import { honestTokens } from './tokens.js'

const atOnce = 64
const targets = { now: 0.85, later: { ES256: 0.93, RS256: 0.88, PS256: 0.93, EdDSA: 0.93 } }

interface Size {
  readonly rounds: number
  readonly warmUp: number
  readonly batch: number
}

/** Verified tokens a second with 64 in flight, as a share of the bare signature checks a second. */
export async function throughput(size: Size): Promise<void> {
  const verifier = ourVerifier()
  for (const alg of algs) {
    const tokens = honestTokens(alg, (size.rounds + size.warmUp) * size.batch)
    const signed = signedBytes(alg, tokens)
    const jose = joseVerifier(alg)
    const batch = (begin: Begin) => (round: number) =>
      inFlight(size.batch, atOnce, (item, done, failed) => {
        begin(round * size.batch + item, done, failed)
      })

    const turns = await interleave(
      {
        raw: batch((item, done, failed) => {
          rawVerify(signed[item] as Signed, done, failed)
        }),
        ours: batch((item, done, failed) => {
          verifier.verify(tokens[item]).then(done, failed)
        }),
        jose: batch((item, done, failed) => {
          jose(tokens[item] as string).then(done, failed)
        }),
      },
      size.rounds,
      size.warmUp,
    )
    report(alg, turns, size.batch)
  }
}

function report(
  alg: (typeof algs)[number],
  turns: Record<'raw' | 'ours' | 'jose', readonly Turn[]>,
  batch: number,
) {
  const { raw, ours, jose } = turns
  line(`${alg}, throughput of raw`, atLeast(ratio(raw, ours, 'wall'), targets.now, targets.later[alg]))
  line(`  jose's, for comparison`, shown(ratio(raw, jose, 'wall')))
  line(`  CPU of all threads, raw / ours`, shown(ratio(raw, ours, 'cpu')))
  const main = (of: readonly Turn[]) => micros(spread(of.map((turn) => turn.main / batch)).median)
  line(`  main thread, a token`, `ours ${main(ours)}, jose ${main(jose)}, raw ${main(raw)}`)
}
