import { headersOf, refusalFactsOf, type RefusalFacts } from '../errors.js'
import { problemFrom, type Problem } from '../http/problem.js'

/** An answer with problem details, for any server. */
export interface ProblemAnswer {
  /** HTTP status. */
  readonly status: number
  /** Every header that it must have, `Content-Type` too. */
  readonly headers: Readonly<Record<string, string>>
  /** To be written as JSON. */
  readonly body: Problem
}

/**
 * How a refusal or an outage is answered where `problemDetails()` cannot be mounted: in Fastify, Koa, NestJS, Hono, Next.js or a
 * function. Undefined for every error that is not ours: pass that on.
 *
 *     { "status": 503, "headers": { "Cache-Control": "no-store", "Retry-After": "5", "Content-Type": "application/problem+json" },
 *       "body": { "type": "https://unpkg.com/...", "title": "...", "status": 503, "code": "store_unavailable", ... } }
 *
 * Made from what the error was made with, whatever was written on it since. Does not know what Passport throws. RFC 9457.
 *
 * @example
 * const problem = problemOf(error)
 * if (problem === undefined) throw error
 * const answer = Response.json(problem.body, { status: problem.status, headers: problem.headers })
 */
export function problemOf(error: unknown): ProblemAnswer | undefined {
  const facts = refusalFactsOf(error)
  if (facts === undefined) return undefined
  const headers = { ...headersOf(facts), 'Content-Type': 'application/problem+json' }
  return { status: facts.status, headers, body: problemBody(facts) }
}

/** The body of the answer to a refusal or an outage. */
export function problemBody(facts: RefusalFacts): Problem {
  const { code, error, retry, serverTime, instance } = facts
  return problemFrom(facts, `errors/${code}.md`, {
    instance: `urn:uuid:${instance.id}`,
    error,
    retry,
    server_time: Math.floor(serverTime),
  })
}
