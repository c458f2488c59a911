/**
 * A program: prints what each hostile shape costs a verifier, in the header and in the claims, for each length of the token: how
 * many bytes of objects a read token leaves for a character of its text, and how many times as long its refusal takes as that of
 * a plain token of the same length, fastest runs compared. Needs --expose-gc.
 */
import { createVerifier } from '../../lib/index.js'
import { compactReader, projectTokenTypes } from '../../lib/verify/compact.js'
import { heapInUse } from '../helpers/heap.js'
import { hostileShapes, plainValue, type HostileShape } from '../helpers/hostile-json.js'
import { audience, encode, now } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

const runs = 50
const kept = 100
const signature = 'A'.repeat(85) + 'Q'
let seed = 0

const { options } = platform({ maxTokenLength: 16_384, onEvent: () => undefined })
const verifier = createVerifier(options)
const read = compactReader({
  algorithms: new Set(['ES256']),
  maxTokenLength: 16_384,
  isAllowedType: projectTokenTypes({ isRequired: false }),
})

type Place = 'header' | 'claims'

/** An honest token but for its key, which does not exist, and a member `a` that fills it up to the length. */
function tokenOf(shape: HostileShape, place: Place, length: number): string {
  seed += 1
  const header = JSON.stringify({ alg: 'ES256', kid: `k${seed}` })
  const claims = JSON.stringify({ iss: 'shop', aud: audience, proj_id: 'shop', jti: 'a', exp: now + 110 })
  const room = Math.floor(((length - 2 - signature.length) * 3) / 4) - header.length - claims.length - 6
  const withValue = (json: string) => `${json.slice(0, -1)},"a":${shape(room, seed)}}`
  const parts = place === 'header' ? [withValue(header), claims] : [header, withValue(claims)]
  return `${parts.map(encode).join('.')}.${signature}`
}

async function nanoseconds(token: string): Promise<number> {
  const begun = process.hrtime.bigint()
  await verifier.verify(token).catch(() => undefined)
  return Number(process.hrtime.bigint() - begun)
}

/** Interleaved, and each with names of its own. */
async function timesPlain(shape: HostileShape, place: Place, length: number): Promise<number> {
  const fastest = { shape: Infinity, plain: Infinity }
  for (let run = 0; run < runs; run++) {
    const [hostile, plain] = [tokenOf(shape, place, length), tokenOf(plainValue, place, length)]
    const times = { shape: await nanoseconds(hostile), plain: await nanoseconds(plain) }
    fastest.shape = Math.min(fastest.shape, times.shape)
    fastest.plain = Math.min(fastest.plain, times.plain)
  }
  return fastest.shape / fastest.plain
}

function readOrNothing(token: string): unknown {
  try {
    return read(token)
  } catch {
    return undefined
  }
}

/** What is refused leaves nothing; what is read leaves its objects and its text. */
function bytesACharacter(shape: HostileShape, place: Place, length: number): number {
  const tokens = Array.from({ length: kept }, () => tokenOf(shape, place, length))
  const before = heapInUse()
  const objects = tokens.map(readOrNothing)
  const bytes = heapInUse() - before
  return objects.length === kept ? bytes / kept / length : NaN
}

const costs = []
for (const [name, shape] of Object.entries(hostileShapes)) {
  for (const place of ['header', 'claims'] as const) {
    for (const length of [800, 4_096, 16_384]) {
      let times = Infinity
      // Something else may have had the processor.
      for (let attempt = 0; attempt < 3 && times > 4; attempt++) {
        times = Math.min(times, await timesPlain(shape, place, length))
      }
      costs.push({ name, place, length, times, bytes: bytesACharacter(shape, place, length) })
    }
  }
}
console.log(JSON.stringify(costs))
