import { race } from '../spec/helpers/race.js'

/*
 * The race of spec/replay/redis/race.spec.ts, as long as you like: four processes, one Redis, each token presented ten times at
 * once. Build first; then `node dist/bench/race.js 1000000 strict`.
 */
const [, , tokens = '1000000', afterDataLoss = 'accept'] = process.argv
const count = Number(tokens)
if (!Number.isSafeInteger(count) || count < 1) throw new TypeError('give the number of tokens')
if (afterDataLoss !== 'accept' && afterDataLoss !== 'refuse')
  throw new TypeError("the second argument is 'accept' or 'refuse'")

const begun = performance.now()
const seconds = () => Math.round((performance.now() - begun) / 1000)
const onProgress = (done: number) => {
  if (done % 50_000 === 0) console.log(`${done} tokens, ${seconds()} s`)
}
const result = await race({ tokens: count, times: 10, processes: 4, afterDataLoss, onProgress })
console.log(
  JSON.stringify({ afterDataLoss, tokens: count, presented: 10 * count, seconds: seconds(), ...result }),
)
if (result.acceptedOnce !== count) process.exitCode = 1
