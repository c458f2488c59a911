import type { IncomingMessage, ServerResponse } from 'node:http'
import { retryAfter } from '../../http/retry-after.js'

/** Refuses what is no read of what is published, and says whether it did. */
export function refusesWrites({ method }: IncomingMessage, res: ServerResponse): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  res.statusCode = 405
  res.setHeader('Allow', 'GET, HEAD')
  res.end()
  return true
}

/** What is published cannot be told right now. */
export function sendOutage(res: ServerResponse): void {
  if (res.headersSent) return
  res.statusCode = 503
  const headers = { 'Cache-Control': 'no-store', ...retryAfter(503) }
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end()
}
