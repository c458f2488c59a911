import { closest } from './closest.js'

/** Says what is wrong with an option; its owner and its name are put before it. */
export type Wrong = (what: string) => TypeError

/**
 * How one option is read: gets what was given, undefined where it was left out, and returns its value or throws what `wrong`
 * makes.
 */
export interface Option<T> {
  (given: unknown, wrong: Wrong): T
  /** Whether it may be there and undefined, as good as left out. */
  readonly mayBeUndefined?: true
}

/** The same option, of which undefined is as good as absent: `{ after: page.next }`. */
export function mayBeUndefined<T>(option: Option<T>): Option<T> {
  return Object.assign((given: unknown, wrong: Wrong) => option(given, wrong), {
    mayBeUndefined: true as const,
  })
}

/** Options by their names. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>

/** One entry for each member, so that the compiler keeps a table of options complete. */
export type OptionsOf<Given> = { readonly [Name in keyof Given]-?: Option<unknown> }

/** The values of a table of options. */
export type Values<Options> = {
  readonly [Name in keyof Options]: Options[Name] extends Option<infer T> ? T : never
}

/**
 * Makes the reader of the options of `owner`, which is what the caller wrote: `createVerifier`, `RedisReplayStore`.
 *
 * The reader takes anything. It throws a TypeError, which begins with the owner's name, for what is no object, for a name that
 * the table does not have (a misspelled option must not become a check that never runs), for an option that is there but
 * undefined (most often a setting that got lost: `audience: process.env.AUDIENCE`), and for a value that its option refuses.
 * Each member is read once. `what` is what the members are called in sentences.
 *
 *     const readOptions = optionsReader('CachedKeyStore', {
 *       ttl: seconds({ default: 30, max: 3_600 }),
 *       capacity: integer({ default: 10_000, max: 1_000_000 }),
 *     } satisfies OptionsOf<CachedKeyStoreOptions>)
 */
export function optionsReader<Options extends OptionTable>(
  owner: string,
  options: Options,
  what = 'option',
): (given: unknown) => Values<Options> {
  return (given) => {
    refuseUnknownNames(owner, given, options, what)
    const values: Record<string, unknown> = {}
    for (const [name, option] of Object.entries(options)) {
      const wrong: Wrong = (what) => new TypeError(`${owner}: ${name} ${what}`)
      const value = given[name]
      if (value === undefined && name in given && option.mayBeUndefined !== true)
        throw isUndefined(option, wrong)
      values[name] = option(value, wrong)
    }
    return values as Values<Options>
  }
}

/**
 * The same for what is passed on rather than written down: any of the members may be undefined, as in
 * `{ origin: req.headers.origin }`.
 */
export function membersReader<Members extends OptionTable>(
  owner: string,
  members: Members,
  what: string,
): (given: unknown) => Values<Members> {
  const tolerant = Object.entries(members).map(([name, member]) => [name, mayBeUndefined(member)])
  return optionsReader(owner, Object.fromEntries(tolerant) as Members, what)
}

/** A copy without the members that are undefined, as those are that were left out. */
export function givenMembers<T extends object>(values: T): GivenMembers<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as GivenMembers<T>
}

type GivenMembers<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> }

/** Makes the reader of an argument that stands alone, by the same kinds. Throws a TypeError as `optionsReader` does. */
export function argumentReader<T>(owner: string, name: string, option: Option<T>): (given: unknown) => T {
  return (given) => option(given, (what) => new TypeError(`${owner}: ${name} ${what}`))
}

/** What may be the name of an option. Any other may be a value in the wrong place, and is not repeated. */
const optionForm = /^\w{1,20}$/

/** Throws for what is no object and for a name that is not known. Reads no member. */
export function refuseUnknownNames(
  owner: string,
  given: unknown,
  known: Readonly<Record<string, unknown>>,
  what = 'option',
): asserts given is Readonly<Record<string, unknown>> {
  const names = Object.keys(known)
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${owner} takes an object; each ${what} has a name: ${names.join(', ')}`)
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    if (!optionForm.test(name)) throw new TypeError(`${owner}: unknown ${what}. Known: ${names.join(', ')}.`)
    const meant = closest(name, names)
    const hint = meant === undefined ? `Known: ${names.join(', ')}.` : `Did you mean "${meant}"?`
    throw new TypeError(`${owner}: unknown ${what} "${name}". ${hint}`)
  }
}

function isUndefined(option: Option<unknown>, wrong: Wrong): TypeError {
  try {
    option(undefined, wrong)
  } catch {
    return wrong('is undefined; is the variable set that should hold it?')
  }
  return wrong('is undefined; set it or leave it out')
}
