import { setImmediate as turn } from 'node:timers/promises'
import { callback, objectWith, seconds } from '../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../options/options.js'
import { isOrigin } from '../protocol.js'
import type { OriginSource } from '../types.js'
import { answerOf, FollowedStore } from './followed-store.js'
import type { ProjectOrigins, ProjectStore } from './store/project-store.js'

export interface AllowedOriginsOptions {
  /** Seconds after which the origins are read again where no message came. Default 30, at most 3,600. */
  readonly ttl?: number
  /** Called each time the store cannot be read or watched, and when it lists what is no origin, for the log. */
  readonly onError?: (error: unknown) => void
}

type OriginStore = Pick<ProjectStore, 'origins' | 'watch'>

const readStore = argumentReader(
  'AllowedOrigins',
  'store',
  objectWith<OriginStore>(['origins', 'watch'], 'a project store, such as new PostgresProjectStore({ db })'),
)
const readOptions = optionsReader('AllowedOrigins', {
  ttl: seconds({ default: 30, max: 3_600 }),
  onError: callback<NonNullable<AllowedOriginsOptions['onError']>>('that takes an error'),
} satisfies OptionsOf<AllowedOriginsOptions>)

/** Entries that are looked at in one turn of the event loop, in about 2 ms: requests shall not wait for all of them. */
const maxAtOnce = 1_000
/**
 * The origins of all projects at hand, for `corsFor`: which project will call is not known before its token is there.
 *
 * Reads them when it is made, 100 ms after the store tells of a change, and every `ttl` seconds: at most one read is under way, and
 * one more follows if something changed meanwhile. `has` only looks into memory, so made-up origins cost the store nothing, and a
 * store that is away changes nothing: a read that fails keeps what is known, and goes to `onError`. Before the first read has
 * succeeded `has` is false for all.
 *
 * A project without `allowedOrigins` makes `has` true for every serialized origin, `null` never. Origins of suspended projects
 * stay, so that their pages can read `project_suspended`. Whether a project may call from an origin is the verifier's to decide.
 *
 * Keeps no process alive. Throws a TypeError for a wrong option.
 *
 * @example
 * const origins = new AllowedOrigins(store)
 * await origins.ready()
 * app.use('/embed', corsFor(origins))
 */
export class AllowedOrigins implements OriginSource {
  /** Only origins that a project lists, whatever other projects leave out: who may frame. */
  readonly framing: OriginSource = { has: (origin) => this.listed.has(origin) }

  private readonly store: OriginStore
  private readonly followed: FollowedStore
  private listed: ReadonlySet<string> = new Set()
  private isAny = false
  private isKnown = false

  constructor(store: OriginStore, options: AllowedOriginsOptions = {}) {
    this.store = readStore(store)
    const { ttl, onError } = readOptions(options)
    const read = async () => {
      await this.keep(await answerOf(() => this.store.origins()))
    }
    this.followed = new FollowedStore(this.store, { read, interval: ttl, onError })
  }

  has(origin: string): boolean {
    return this.listed.has(origin) || (this.isAny && isOrigin(origin))
  }

  /**
   * Resolves as soon as the origins are known. Rejects when they are not, and the read that is under way, or one that is begun now,
   * fails. Later reads go on all the same.
   */
  async ready(): Promise<void> {
    if (!this.isKnown) await this.followed.read()
  }

  /** Ends reading and watching, and waits for a read that is under way. What is known stays. */
  close(): Promise<void> {
    return this.followed.close()
  }

  /** A store may be sloppy, or hold what others wrote. */
  private async keep(answer: unknown): Promise<void> {
    const { listed, any } = (answer ?? {}) as { readonly [name in keyof ProjectOrigins]?: unknown }
    if (!Array.isArray(listed) || typeof any !== 'boolean') {
      throw new TypeError(
        'AllowedOrigins: origins() of the store must resolve to { listed: string[], any: boolean }',
      )
    }
    const origins = new Set<string>()
    let wrong = 0
    for (const [index, entry] of (listed as unknown[]).entries()) {
      if (isOrigin(entry)) origins.add(entry)
      else wrong++
      if (index % maxAtOnce === maxAtOnce - 1) await turn()
    }
    this.listed = origins
    this.isAny = any
    this.isKnown = true
    // The verifier refuses their projects until the rows are right; the others go on.
    if (wrong > 0)
      this.followed.report(new TypeError(`AllowedOrigins: left out ${wrong} texts that are no origins`))
  }
}
