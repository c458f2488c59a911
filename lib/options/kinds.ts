import {
  algorithmNamed,
  algorithmNames,
  isIdentifier,
  isOrigin,
  limits,
  type Algorithm,
} from '../protocol.js'
import type { Option } from './options.js'
import { quoted, shown } from './quoted.js'

/*
 * The kinds of options that there are. Each names what the option must be. With a `default` an option may be left out; those
 * that take none, and `undefined` for it, say so in their type.
 */

interface Range {
  /** Absent: anything above 0. */
  readonly min?: number
  readonly max: number
}

interface Defaulted<T> {
  readonly default: T
}

/** A number of seconds. Suspects milliseconds. */
export function seconds(range: Range & Defaulted<number>): Option<number>
export function seconds(range: Range): Option<number | undefined>
export function seconds(range: Range & Partial<Defaulted<number>>): Option<number | undefined> {
  return (given, wrong) => {
    if (given === undefined) return range.default
    if (isWithin(given, range)) return given
    const { max } = range
    const isLarge = typeof given === 'number' && Number.isFinite(given) && given >= 1000 && given > max
    const hint = isLarge ? `; ${given} looks like milliseconds` : ''
    throw wrong(`must be a ${extent('number of seconds', range)}${hint}`)
  }
}

/** A number of milliseconds. */
export function milliseconds(range: Range & Defaulted<number>): Option<number> {
  return (given, wrong) => {
    if (given === undefined) return range.default
    if (isWithin(given, range)) return given
    throw wrong(`must be a ${extent('number of milliseconds', range)}`)
  }
}

/** A whole number, from 1 unless `min` is another. `of` says what is counted. */
export function integer(range: WholeRange & Defaulted<number>): Option<number>
export function integer(range: WholeRange): Option<number | undefined>
export function integer(range: WholeRange & Partial<Defaulted<number>>): Option<number | undefined> {
  return (given, wrong) => {
    if (given === undefined) return range.default
    const { min = 1, max, of } = range
    if (Number.isSafeInteger(given) && isWithin(given, { min, max })) return given
    throw wrong(`must be a whole number${of === undefined ? '' : ` of ${of}`} from ${min} to ${max}`)
  }
}

interface WholeRange extends Range {
  readonly of?: string
}

/** True or false; false when it is left out. */
export const flag: Option<boolean> = (given, wrong) => {
  if (given === undefined || typeof given === 'boolean') return given ?? false
  throw wrong('must be true or false')
}

/** A function. `shape` says which: `that returns epoch seconds`. */
export function callback<F extends (...given: never[]) => unknown>(shape: string, fallback: F): Option<F>
export function callback<F extends (...given: never[]) => unknown>(shape: string): Option<F | undefined>
export function callback<F extends (...given: never[]) => unknown>(
  shape: string,
  fallback?: F,
): Option<F | undefined> {
  return (given, wrong) => {
    if (given === undefined) return fallback
    if (typeof given === 'function') return given as F
    throw wrong(`must be a function ${shape}`)
  }
}

/** One of a few words; the first one when it is left out. */
export function oneOf<const Word extends string>(...words: readonly [Word, ...Word[]]): Option<Word> {
  const [first] = words
  return (given, wrong) => {
    if (given === undefined) return first
    const word = words.find((one) => one === given)
    if (word === undefined) throw wrong(`must be ${words.map((one) => `'${one}'`).join(' or ')}`)
    return word
  }
}

/** An object with methods of these names. `what` says which object and how to get one. Required. */
export function objectWith<T>(methods: string | readonly string[], what: string): Option<T> {
  return (given, wrong) => {
    if ([methods].flat().every((name) => hasMethod(given, name))) return given as T
    throw wrong(`must be ${what}`)
  }
}

/** Whether something is an object of this kind, as far as one of its methods tells. */
export function hasMethod(value: unknown, name: string): boolean {
  // Lists have methods of many names.
  return (
    !Array.isArray(value) &&
    typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function'
  )
}

/** A text. `fits` judges it, `what` says what it must be. */
export function text(form: TextForm & Defaulted<string>): Option<string>
export function text(form: TextForm): Option<string | undefined>
export function text(form: TextForm & Partial<Defaulted<string>>): Option<string | undefined> {
  return (given, wrong) => {
    if (given === undefined) return form.default
    if (typeof given === 'string' && form.fits(given)) return given
    throw wrong(`must be ${form.what}`)
  }
}

interface TextForm {
  readonly fits: (text: string) => boolean
  readonly what: string
}

/** What can name a project, a key or a token. */
export const identifier: Option<string | undefined> = text({
  fits: isIdentifier,
  what: `a string of 1 to ${limits.identifierLength} characters, not blank, without control characters`,
})

/** The name of an algorithm, as its one name. */
export const algorithm: Option<Algorithm | undefined> = (given, wrong) => {
  const alg = algorithmNamed(given)
  if (given === undefined || alg !== undefined) return alg
  throw wrong(`must be one of ${algorithmNames}`)
}

/** A moment, as epoch seconds or a Date. Null is none: databases say it where JavaScript says undefined. */
export const moment: Option<number | undefined> = (given, wrong) => {
  if (given === undefined || given === null) return undefined
  const seconds = given instanceof Date ? given.getTime() / 1000 : given
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw wrong('must be epoch seconds or a Date')
  // 10^11 seconds is the year 5138.
  if (seconds > 1e11) throw wrong('looks like milliseconds; give epoch seconds or a Date')
  return seconds
}

/** A list of serialized origins, of one at least. */
export const origins: Option<ReadonlySet<string> | undefined> = (given, wrong) => {
  if (given === undefined) return undefined
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : []
  if (list.length === 0) throw wrong("must be a list of origins: ['https://shop.example']")
  for (const origin of list) {
    if (isOrigin(origin)) continue
    const name = typeof origin === 'string' ? quoted(origin) : shown(origin)
    throw wrong(
      `has an entry${name} that is no origin: https://shop.example is one, without a slash at its end`,
    )
  }
  return new Set(list as string[])
}

/** What is checked elsewhere, by those who know more. */
export const unchecked: Option<unknown> = (given) => given

/** The same for an option that cannot be left out. `hint` says where its value comes from. */
export function required<T>(option: Option<T | undefined>, hint: string): Option<T> {
  return (given, wrong) => {
    const value = option(given, wrong)
    if (value === undefined) throw wrong(`is missing: ${hint}`)
    return value
  }
}

function isWithin(given: unknown, { min, max }: Range): given is number {
  return typeof given === 'number' && (min === undefined ? given > 0 : given >= min) && given <= max
}

function extent(what: string, { min, max }: Range): string {
  return min === undefined ? `positive ${what} up to ${max}` : `${what} from ${min} to ${max}`
}
