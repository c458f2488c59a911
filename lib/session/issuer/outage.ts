import type { ServerResponse } from 'node:http'
import { retryAfter } from '../../http/retry-after.js'

/** What is published cannot be told right now. */
export function sendOutage(res: ServerResponse): void {
  if (res.headersSent) return
  res.statusCode = 503
  const headers = { 'Cache-Control': 'no-store', ...retryAfter(503) }
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end()
}
