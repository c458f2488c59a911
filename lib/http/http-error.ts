/** What is answered for an error. */
export interface ErrorFacts {
  readonly code: string
  readonly status: number
  readonly title: string
  /** The sentence for the caller. */
  readonly description: string
}

let read: (error: object) => ErrorFacts | undefined

/** The same in every copy of this package that a process has loaded. */
const factsForOtherCopies = Symbol.for('reverse-jwt.error-facts')

/**
 * An error that says how it is answered. `status`, `statusCode` and `expose` are what http-errors sets: the handlers of
 * Express, Koa and NestJS, and those that people write, look at one or another.
 *
 * Loggers and frameworks write on errors, so it stays extensible and nothing on it is relied on: what this package sends comes
 * from `factsOf`.
 */
export abstract class HttpError extends Error {
  readonly code: string
  /** HTTP status. */
  readonly status: number
  /** The same as `status`. */
  readonly statusCode: number
  /** `message` may be shown to the caller. */
  readonly expose = true
  readonly title: string
  readonly #facts: ErrorFacts

  protected constructor(facts: ErrorFacts, cause?: unknown) {
    // A refusal is no defect: frames would cost more than the checks, and Express prints them.
    const limit = Error.stackTraceLimit
    Reflect.set(Error, 'stackTraceLimit', 0)
    try {
      super(facts.description, cause === undefined ? undefined : { cause })
    } finally {
      Reflect.set(Error, 'stackTraceLimit', limit)
    }
    this.#facts = facts
    this.code = facts.code
    this.status = facts.status
    this.statusCode = facts.status
    this.title = facts.title
  }

  static {
    read = (error) => (#facts in error ? error.#facts : undefined)
    // A bundle, or two versions in one tree, make two copies: their classes differ, and what they answer does not.
    Object.defineProperty(this.prototype, factsForOtherCopies, { value: factsOfThis })
    function factsOfThis(this: HttpError) {
      return this.#facts
    }
  }
}

/**
 * What another copy of this package says that an error was made with, as it says it: of another version, so nothing of it is
 * taken on trust. Undefined for anything else.
 */
export function factsOfOtherCopy(error: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const facts: unknown = (error as Record<symbol, () => unknown>)[factsForOtherCopies]?.()
    // A copy: whatever asks it throws here.
    return typeof facts === 'object' && facts !== null ? { ...facts } : undefined
  } catch {
    return undefined
  }
}

/** What an error was made with, whatever was written on it since. Undefined for anything that is no `HttpError` of this copy. */
export function factsOf(error: unknown): ErrorFacts | undefined {
  return typeof error === 'object' && error !== null ? read(error) : undefined
}
