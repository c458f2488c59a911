import { within } from '../../time/time-limit.js'
import { maxSecondsApart } from '../bound-clock.js'
import { apartSentence, reasonOf } from './answers.js'
import type { Ask, RedisCommands } from './client.js'

/** One thing that whoever runs Redis should know. */
export interface RedisFinding {
  /**
   * `error`: single use cannot be promised, or every token is answered 503. `warning`: all is well, until something happens.
   * `unchecked`: Redis did not let us look.
   */
  readonly level: 'error' | 'warning' | 'unchecked'
  readonly about: 'connection' | 'version' | 'clock' | 'eviction' | 'role' | 'persistence' | 'replication'
  /** What is wrong, and what to do. */
  readonly text: string
}

export interface RedisHealth {
  /** No finding is an error. */
  readonly healthy: boolean
  readonly findings: readonly RedisFinding[]
}

interface Examination {
  readonly clock: () => number
  readonly timeoutMs: number
  readonly refusesAfterLoss: boolean
}

const minVersion = 7
/** Clocks that NTP sets are milliseconds apart. */
const unusualSecondsApart = 2

/** Examines every server that takes writes. */
export async function examine(redis: RedisCommands, examination: Examination): Promise<RedisHealth> {
  const findings: RedisFinding[] = []
  try {
    const masters = await within(examination.timeoutMs, redis.masters(), 'no connection in time')
    if (masters.length === 0) throw new Error('the cluster shows no master')
    const all = await Promise.all(masters.map((ask) => examineServer(ask, examination)))
    for (const finding of all.flat()) {
      if (!findings.some(({ text }) => text === finding.text)) findings.push(finding)
    }
  } catch (error) {
    findings.push({
      level: 'error',
      about: 'connection',
      text: `Redis cannot be asked (${reasonOf(error)}). Check its address and that it runs.`,
    })
  }
  return { healthy: !findings.some(({ level }) => level === 'error'), findings }
}

async function examineServer(
  ask: Ask,
  { clock, timeoutMs, refusesAfterLoss }: Examination,
): Promise<RedisFinding[]> {
  const question = (...command: [string, ...string[]]) =>
    within(timeoutMs, ask(...command), `no answer within ${timeoutMs} ms`)
  const findings: RedisFinding[] = []
  const found = (level: RedisFinding['level'], about: RedisFinding['about'], text: string) =>
    findings.push({ level, about, text })
  /** Runs a check. A command that Redis does not allow leaves its promise unchecked; one that gets no answer is an outage. */
  const look = async (about: RedisFinding['about'], promise: string, check: () => Promise<void>) => {
    try {
      await check()
    } catch (error) {
      if (!isRefused(error)) throw error
      found(
        'unchecked',
        about,
        `${promise} could not be checked: Redis does not allow it (${reasonOf(error)}).`,
      )
    }
  }

  await look('clock', 'That the clocks agree', async () => {
    const before = secondsOf(clock)
    const [seconds, micros] = (await question('TIME')) as [unknown, unknown]
    const ours = secondsOf(clock)
    if (before === undefined || ours === undefined) {
      found('error', 'clock', 'The clock of the verifier does not return epoch seconds.')
      return
    }
    const apart = Number(seconds) + Number(micros) / 1e6 - ours
    // What the answer took on its way is no difference of clocks.
    const atLeast = Math.abs(apart) - Math.abs(ours - before)
    if (!(Math.abs(apart) < maxSecondsApart)) found('error', 'clock', apartSentence(apart))
    else if (atLeast > unusualSecondsApart) found('warning', 'clock', apartSentence(apart))
  })

  await look('version', 'Version, memory, role and persistence', async () => {
    const info = parseInfo(await question('INFO'))
    findings.push(...findingsOf(info, refusesAfterLoss))
  })

  await look(
    'persistence',
    'How often data are written to disk (appendfsync), and min-replicas-to-write,',
    async () => {
      const fsync = await setting(question, 'appendfsync')
      const replicas = await setting(question, 'min-replicas-to-write')
      const info = parseInfo(await question('INFO', 'replication'))
      if (fsync === 'no') {
        found(
          'warning',
          'persistence',
          'appendfsync is no: a power failure forgets up to 30 s of used tokens. Set it to everysec or always.',
        )
      }
      findings.push(...replicationFindings(info, Number(replicas)))
    },
  )
  return findings
}

function secondsOf(clock: () => number): number | undefined {
  try {
    return clock()
  } catch {
    return undefined
  }
}

function findingsOf(info: ReadonlyMap<string, string>, refusesAfterLoss: boolean): RedisFinding[] {
  const findings: RedisFinding[] = []
  const found = (level: RedisFinding['level'], about: RedisFinding['about'], text: string) =>
    findings.push({ level, about, text })

  // Valkey keeps the version of Redis that it is compatible with in redis_version.
  const version = info.get('redis_version') ?? 'unknown'
  if (!(parseInt(version, 10) >= minVersion)) {
    found('error', 'version', `This is Redis ${version}; it must be ${minVersion}.0 or newer, or Valkey.`)
  }
  const policy = info.get('maxmemory_policy')
  if (policy === undefined) {
    found(
      'unchecked',
      'eviction',
      'Whether used tokens can be evicted could not be checked: INFO does not tell maxmemory_policy.',
    )
  } else if (info.get('maxmemory') !== '0' && policy !== 'noeviction') {
    found(
      'error',
      'eviction',
      `maxmemory-policy is ${policy}: a full Redis would forget used tokens, and they could be used again. Set it to noeviction, on a Redis of its own.`,
    )
  }
  if (info.get('role') !== 'master') {
    found(
      'error',
      'role',
      'This Redis is a replica and takes no writes. Connect to the master, or through Sentinel.',
    )
  }
  if (info.get('aof_enabled') !== '1') {
    const loss = refusesAfterLoss
      ? 'tokens that were signed before a restart are refused after it'
      : 'a restart makes used tokens usable again until they expire'
    found('warning', 'persistence', `appendonly is off: ${loss}. Set appendonly yes.`)
  }
  return findings
}

/** `wanted` is min-replicas-to-write. */
function replicationFindings(info: ReadonlyMap<string, string>, wanted: number): RedisFinding[] {
  const replicas = Number(info.get('connected_slaves') ?? 0)
  // Absent where none are wanted, or no lag is too much.
  const good = Number(info.get('min_slaves_good_slaves') ?? wanted)
  const finding = (level: RedisFinding['level'], text: string): RedisFinding[] => [
    { level, about: 'replication', text },
  ]
  if (good < wanted) {
    return finding(
      'error',
      `min-replicas-to-write is ${wanted}, and ${good} ${good === 1 ? 'replica keeps' : 'replicas keep'} up: this Redis refuses all writes, and every token is answered 503. Bring replicas back, ${wanted + 1} so that one may fail, or set min-replicas-to-write to ${good}.`,
    )
  }
  if (wanted > 0 && replicas === wanted) {
    return finding(
      'warning',
      `min-replicas-to-write is ${wanted}, and there ${wanted === 1 ? 'is 1 replica' : `are ${wanted} replicas`}: after a failover the new master has ${wanted - 1} and refuses all writes, so every token is answered 503 until the old one is back. Have ${wanted + 1} replicas.`,
    )
  }
  if (replicas > 0 && wanted === 0) {
    return finding(
      'warning',
      'min-replicas-to-write is 0: a master that is cut off goes on accepting tokens that its replica does not know of. Have 2 replicas, and set min-replicas-to-write 1 and min-replicas-max-lag 10 or less; with 1 replica a new master would refuse all writes.',
    )
  }
  return []
}

/** INFO is lines of `name:value` below `# Section`. */
function parseInfo(answer: unknown): ReadonlyMap<string, string> {
  const lines = String(answer).split('\r\n')
  return new Map(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

/** CONFIG GET answers a list of two in RESP2, an object or a Map in RESP3. */
async function setting(
  question: (...command: [string, ...string[]]) => Promise<unknown>,
  name: string,
): Promise<string> {
  const answer = await question('CONFIG', 'GET', name)
  if (Array.isArray(answer)) return String(answer[1])
  if (answer instanceof Map) return String(answer.get(name))
  return String((answer as Readonly<Record<string, unknown>> | null)?.[name])
}

/** Whether Redis understood the command and does not let us use it: an ACL, a renamed or a blocked command. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && /^(?:NOPERM|ERR unknown (?:sub)?command)/i.test(error.message)
}
