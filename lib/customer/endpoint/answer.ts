import type { Fault } from '../../http/fault.js'
import { factsOf, type ErrorFacts } from '../../http/http-error.js'
import { problemFrom } from '../../http/problem.js'

/** An answer, for whatever kind of server sends it. */
export interface TokenAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** No cache keeps it, and no page of another origin gets it: there are no CORS headers, and no `<script>` loads it. */
const headersOfAll = { 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin' }

export function answerWithToken(token: string): TokenAnswer {
  const headers = { ...headersOfAll, 'Content-Type': 'application/json' }
  return { status: 200, headers, body: JSON.stringify({ token }) }
}

export function answerWithRefusal(refusal: Fault): TokenAnswer {
  const facts = factsOf(refusal) as ErrorFacts
  // Whoever is told when to come back may come back.
  const retry = refusal.headers?.['Retry-After'] === undefined ? 'no' : 'later'
  const problem = problemFrom(facts, `errors/${facts.code}.md`, { retry })
  const headers = { ...headersOfAll, ...refusal.headers, 'Content-Type': 'application/problem+json' }
  return { status: facts.status, headers, body: JSON.stringify(problem) }
}
