import { parseUrl } from '../../protocol.js'
import { warnOnce } from '../../warnings.js'
import type { ReadTokenOptions } from './options.js'
import { refusal } from './refusals.js'

const defaultPerMinute = 120

/** Subjects that are counted in one minute. More than that share one count. */
const maxSubjects = 50_000

/**
 * Makes what throws `rate_limited` for a subject that has had its tokens. Without a subject nothing can be counted, because one count
 * for all would let a visitor lock out the others.
 */
export function limitOf({
  perMinute,
  limit,
}: ReadTokenOptions): (subject: string | undefined, request: never) => Promise<void> {
  const inMemory = new MintLimit(perMinute ?? defaultPerMinute)

  return async (subject, request) => {
    if (subject === undefined) {
      const option = limit === undefined ? 'perMinute' : 'limit'
      if (limit !== undefined || perMinute !== undefined)
        throw new TypeError(`authorize: the grant has no subject, which ${option} needs: return { subject }`)
      warnOnce('REVERSE_JWT_TOKENS_NOT_LIMITED')
      return
    }
    const mayHaveOne: unknown = limit === undefined ? inMemory.take(subject) : await limit(subject, request)
    if (mayHaveOne === false) throw refusal('rate_limited')
    if (mayHaveOne !== true) throw new TypeError('limit must return true or false')
  }
}

/** Counts the tokens of each subject in a fixed minute, in this process. */
class MintLimit {
  private readonly perMinute: number
  private minute = 0
  private counts = new Map<string, number>()
  private countOfOthers = 0

  constructor(perMinute: number) {
    this.perMinute = perMinute
  }

  /** Whether the subject may have one more. */
  take(subject: string): boolean {
    const minute = Math.floor(Date.now() / 60_000)
    if (minute !== this.minute) {
      this.minute = minute
      this.counts = new Map()
      this.countOfOthers = 0
    }
    const name = countedName(subject)
    const count = this.counts.get(name)
    // Whoever makes up subjects fills the map, and must not get a count of their own for each further one.
    if (count === undefined && this.counts.size >= maxSubjects) return ++this.countOfOthers <= this.perMinute
    if (count !== undefined && count >= this.perMinute) return false
    this.counts.set(name, (count ?? 0) + 1)
    return true
  }
}

/** Whoever has one IPv6 address has all of its /64, so these count as one. RFC 4291 section 2.5.4. */
function countedName(subject: string): string {
  const groups = ipv6Groups(subject)
  return groups === undefined ? subject : `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address; undefined for anything else, and for an IPv4 address in the form of one. */
function ipv6Groups(subject: string): readonly string[] | undefined {
  if (!/^[\da-f]*:[\da-f:.]*:[\da-f:.]*(?:%.*)?$/i.test(subject)) return undefined
  // The URL parser writes it in its one spelling. The zone says by which of this machine's networks it came.
  const { hostname } = parseUrl(`http://[${subject.split('%', 1)[0] ?? ''}]`) ?? {}
  if (hostname === undefined || hostname.startsWith('[::ffff:')) return undefined
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail]
}
