import type { ResponseLike } from '../types.js'
import type { ErrorFacts } from './http-error.js'
import { retryAfter } from './retry-after.js'

/** RFC 9457 problem details, and what else an answer says. Members that are undefined are left out. */
export interface Problem {
  /** Where the code is explained. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly [member: string]: unknown
}

/** A response that takes a body. */
export interface ProblemResponse extends ResponseLike {
  getHeader(name: string): unknown
  end(body?: string): unknown
}

/**
 * The problem that an error is. `page` of docs/, which is part of the package, explains its code. `instance` and OAuth's `error` stand
 * before the code, all of `more` after it.
 */
export function problemFrom(
  { code, title, status, description: detail }: ErrorFacts,
  page: string,
  { instance, error, ...more }: Readonly<Record<string, unknown>> = {},
): Problem {
  const type = `https://unpkg.com/reverse-jwt/docs/${page}`
  return {
    type,
    title,
    status,
    detail,
    ...(instance !== undefined && { instance }),
    ...(error !== undefined && { error }),
    code,
    ...more,
  }
}

/**
 * Answers with a problem: no cache keeps it, and an outage says when to ask again. `headers` are those of this kind of answer.
 */
export function sendProblem(
  res: Omit<ProblemResponse, 'getHeader'>,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.statusCode = problem.status
  const all = {
    'Cache-Control': 'no-store',
    ...headers,
    ...retryAfter(problem.status),
    'Content-Type': 'application/problem+json',
  }
  for (const [name, value] of Object.entries(all)) res.setHeader(name, value)
  res.end(JSON.stringify(problem))
}
