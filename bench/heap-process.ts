import { createPublicKey, type KeyObject } from 'node:crypto'
import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { answerParent } from './child.js'
import { contestants } from './contestants/all.js'
import { inFlight } from './in-flight.js'
import type { Alg, KeySet } from './platform.js'

export interface HeapQuestion {
  readonly alg: Alg
  readonly jwks: KeySet['jwks']
  /** One half to warm up, the other to measure. */
  readonly tokens: readonly string[]
}

/** Bytes a token, by the name of the contestant. Left out where the collector came in between. */
export type HeapAnswer = Readonly<Record<string, number>>

let collections = 0
new PerformanceObserver((list) => {
  collections += list.getEntries().length
}).observe({ entryTypes: ['gc'] })

answerParent(async ({ alg, jwks, tokens }: HeapQuestion): Promise<HeapAnswer> => {
  const publicKeys = Object.fromEntries(
    jwks.keys.map((jwk) => [jwk.alg, createPublicKey({ key: jwk, format: 'jwk' })]),
  ) as Record<Alg, KeyObject>
  const keys: KeySet = { jwks, publicKeys, privateKeys: publicKeys }
  const half = tokens.length / 2
  const bytes: Record<string, number> = {}
  for (const contestant of contestants) {
    const begin = contestant.begin({ alg, keys, tokens, byKid: false })
    if (begin === undefined) continue
    await inFlight(half, 64, begin)
    // Twice: what lies outside the heap is given back after the first.
    globalThis.gc?.()
    globalThis.gc?.()
    // The observer hears of it a while later.
    await setTimeout(20)
    const before = inUse()
    const collected = collections
    await inFlight(half, 64, (item, done, failed) => {
      begin(half + item, done, failed)
    })
    const after = inUse()
    await setTimeout(20)
    if (collections === collected) bytes[contestant.name] = (after - before) / half
  }
  return bytes
})

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
