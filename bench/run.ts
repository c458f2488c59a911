import { refusals } from './refusals.js'
import { replay } from './replay.js'
import { heading } from './report.js'
import { throughput } from './throughput.js'

/*
 * Ratios between contestants that took turns in this run, as median (least..most). Times of another run or another machine
 * tell nothing. A missed target is no failure, for a busy machine may miss any; only a contestant that errs is one.
 */
const long = process.argv.includes('--long')
const only = process.argv.slice(2).filter((name) => !name.startsWith('--'))
const wanted = (name: string) => only.length === 0 || only.includes(name)

if (wanted('throughput')) {
  heading('Verified tokens a second, 64 in flight, of raw crypto.verify with a callback')
  await throughput(long ? { rounds: 61, warmUp: 4, batch: 1000 } : { rounds: 21, warmUp: 3, batch: 600 })
}
if (wanted('refusals')) {
  heading('Time of a refusal, one after the other, of one raw RS256 check')
  await refusals(long ? { rounds: 101, warmUp: 5, batch: 1000 } : { rounds: 31, warmUp: 5, batch: 500 })
}
if (wanted('replay')) {
  heading('MemoryReplayStore among 1,000,000 live ids, one in, one expired out')
  await replay(long ? { rounds: 41, warmUp: 3, batch: 50_000 } : { rounds: 15, warmUp: 2, batch: 50_000 })
}
