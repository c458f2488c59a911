import { setTimeout as delay } from 'node:timers/promises'
import { hasMethod } from '../../options/kinds.js'
import { MemoryReplayStore } from '../../replay/memory.js'
import type { RedisFinding, RedisHealth } from '../../replay/redis/health.js'
import { within } from '../../time/time-limit.js'
import type { Finding } from '../finding.js'
import { reasonInWords, reasonOf, withoutUserinfo, type FailureReason } from './failure-reason.js'

/** For a client that is connecting, as in `ready()`. */
const connectMs = 5_000
const pauseMs = 50
/** The stores of this package give up earlier. */
const answerMs = 15_000
const maxText = 500

/** What a Redis said of itself; undefined: there is nobody to ask. */
export type ReplayStoreHealth = RedisHealth | { readonly failure: FailureReason } | undefined

/**
 * Asks a replay store how it is: `health()`, which only reads. `ready()` would write where tokens are to be refused after a loss, and
 * end what Redis remembers if the clock of this machine were off.
 */
export async function healthOf(replayStore: object, waitMs = connectMs): Promise<ReplayStoreHealth> {
  if (!hasMethod(replayStore, 'health')) return undefined
  const store = replayStore as { health(): Promise<RedisHealth> }
  const end = performance.now() + waitMs
  try {
    for (;;) {
      const health = await within(
        answerMs,
        (async () => store.health())(),
        `it did not answer within ${answerMs} ms`,
      )
      const isConnecting = health.findings.some(({ about }) => about === 'connection')
      if (!isConnecting || performance.now() >= end) return health
      await delay(pauseMs)
    }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

/** Is each token accepted once, by all processes together? */
export function replayStoreFindings(replayStore: object, health: ReplayStoreHealth): Finding[] {
  if (health === undefined) return [withoutHealth(replayStore)]
  if ('failure' in health) {
    const { text, fix = 'Correct its health().' } = health.failure
    return [{ check, result: 'FAIL', text: `the replay store cannot say how it is (${text})`, fix }]
  }
  const findings = health.findings.filter(({ about }) => about !== 'clock').map(findingOf)
  return findings.length > 0
    ? findings
    : [{ check, result: 'ok', text: 'the replay store is fit to remember used tokens' }]
}

const check = 'replay-store'

function withoutHealth(replayStore: object): Finding {
  // A module may have a copy of this package of its own.
  const { name } = (Reflect.get(replayStore, 'constructor') ?? {}) as { readonly name?: unknown }
  const isMemory = replayStore instanceof MemoryReplayStore || name === MemoryReplayStore.name
  return isMemory
    ? {
        check,
        result: 'warn',
        text: 'MemoryReplayStore knows only its own process: with several, a token works once in each',
        fix: 'Use RedisReplayStore, unless there is one process of the platform and no other.',
      }
    : { check, result: 'skip', text: 'this replay store has no health() to ask' }
}

const results = { error: 'FAIL', warning: 'warn', unchecked: 'warn' } as const

function findingOf({ level, about, text }: RedisFinding): Finding {
  const reason = quoting.exec(text)?.groups
  if (reason === undefined) {
    // What is wrong, and what to do, in two sentences or more.
    const [what = '', ...fixes] = withoutUserinfo(text.slice(0, maxText)).split(/(?<=\.) (?=[A-Z])/)
    const fix = fixes.length > 0 ? fixes.join(' ') : 'See docs/replay.md.'
    return { check, result: results[level], text: withinSentence(what), fix }
  }
  const { what = '', words = '' } = reason
  const { text: why, fix } = reasonInWords(words)
  const otherwise =
    about === 'connection'
      ? 'Check its address, the password, and that it runs.'
      : 'Allow INFO, TIME and CONFIG GET to the user of the platform, or look at these settings by hand.'
  return {
    check,
    result: results[level],
    text: `${withinSentence(what)} (${why})`,
    fix: about === 'connection' ? (fix ?? otherwise) : otherwise,
  }
}

/** What Redis says of itself are sentences; a finding is a part of one. */
export function withinSentence(text: string): string {
  return text.replace(/^(?!Redis)[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '')
}

/** Findings that repeat the words of a driver. */
const quoting =
  /^(?<what>Redis cannot be asked|.{1,200} could not be checked: Redis does not allow it) \((?<words>.*)\)\./s
