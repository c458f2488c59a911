import type { ResponseLike } from '../types.js'
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

/** The `type` of a problem: a page of docs/, which is part of the package. */
export function problemType(page: string): string {
  return `https://unpkg.com/reverse-jwt/docs/${page}`
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
