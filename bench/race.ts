import { race } from '../spec/helpers/race.js'

/*
 * The race of spec/replay/redis/race.spec.ts, as long as you like: four processes, one Redis, each token presented ten times at
 * once. Build first; then `node dist/bench/race.js 1000000 strict`.
 */
const [, , tokens = '1000000', mode = 'default'] = process.argv
const count = Number(tokens)
if (!Number.isSafeInteger(count) || count < 1) throw new TypeError('give the number of tokens')
if (mode !== 'default' && mode !== 'strict') throw new TypeError("the mode is 'default' or 'strict'")

const begun = performance.now()
const seconds = () => Math.round((performance.now() - begun) / 1000)
const onProgress = (done: number) => {
  if (done % 50_000 === 0) console.log(`${done} tokens, ${seconds()} s`)
}
const result = await race({ tokens: count, times: 10, processes: 4, mode, onProgress })
console.log(JSON.stringify({ mode, tokens: count, presented: 10 * count, seconds: seconds(), ...result }))
if (result.acceptedOnce !== count) process.exitCode = 1
