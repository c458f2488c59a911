import { minter } from './mint.js'
import type { TokenEndpointOptions } from './options.js'

/**
 * The same as `tokenEndpoint`, for servers that speak `Request` and `Response` of the Fetch standard: Next.js, SvelteKit, Hono,
 * Deno, Bun, Cloudflare Workers; AWS Lambda through Hono.
 *
 * Takes the request with its body unread. Rejects with what `authorize`, `limit` or the signer throws. Throws a TypeError for a
 * wrong option.
 *
 * @example
 * // Next.js: app/token/route.js. In Hono: app.all('/token', (c) => route(c.req.raw))
 * export const POST = tokenRoute({
 *   signer,
 *   authorize: (request) => grantFor(request.headers.get('cookie')),
 * })
 */
export function tokenRoute(options: TokenEndpointOptions<Request>): (request: Request) => Promise<Response> {
  const answer = minter('tokenRoute', options)

  return async function tokenRoute(request) {
    const { method, headers, url } = request
    const host = headers.get('host') ?? new URL(url).host
    const readBody = (maxBytes: number, failed: () => Error) => bytesOf(request, maxBytes, failed)
    const { body, ...rest } = await answer({ request, method, headers, host, readBody })
    return new Response(body, rest)
  }
}

async function bytesOf(request: Request, maxBytes: number, failed: () => Error): Promise<Uint8Array> {
  if (request.bodyUsed) throw failed()
  const chunks: Uint8Array[] = []
  let length = 0
  // Not for await: the bodies of some runtimes have no iterator.
  const reader = request.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.length
    if (length > maxBytes) {
      // Nobody waits for the rest.
      reader?.cancel().catch(() => undefined)
      throw failed()
    }
    chunks.push(part.value)
  }
  return joined(chunks, length)
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
