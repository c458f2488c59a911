import type { ResponseLike } from '../types.js'

/** A response whose headers can be read and changed until they are written. Those of Express 4 and 5 and of `node:http` are. */
export interface HeaderResponse extends ResponseLike {
  getHeader(name: string): unknown
  removeHeader(name: string): unknown
  writeHead(statusCode: number): unknown
}

type WriteHead = (statusCode: number, ...rest: readonly unknown[]) => unknown

/**
 * Calls `change` once all headers of the answer are set, whoever sets them and when. Node calls `writeHead` for whatever begins an
 * answer: `end`, `write`, `flushHeaders`.
 */
export function beforeHeaders(res: HeaderResponse, change: () => void): void {
  const original: WriteHead = res.writeHead.bind(res)
  const writeHead: WriteHead = (statusCode, ...rest) => {
    // It throws what Node throws.
    if (res.headersSent) return original(statusCode, ...rest)
    const [first, second] = rest
    const message = typeof first === 'string' ? [first] : []
    for (const [name, value] of headersIn(second ?? (message.length === 0 ? first : undefined)))
      res.setHeader(name, value as string)
    change()
    return original(statusCode, ...message)
  }
  res.writeHead = writeHead
}

/** Headers as `writeHead` takes them: an object, `[name, value, name, value]` or `[[name, value]]`. In a list a name may come again. */
function headersIn(given: unknown): Iterable<readonly [name: string, value: unknown]> {
  if (!Array.isArray(given)) return Object.entries(given ?? {})
  const flat: unknown[] = given.every(Array.isArray) ? given.flat() : given
  const headers = new Map<string, [name: string, values: unknown]>()
  for (let at = 0; at < flat.length; at += 2) {
    const name = String(flat[at])
    const value = flat[at + 1]
    const earlier = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), [name, earlier === undefined ? value : [earlier[1], value].flat()])
  }
  return headers.values()
}
