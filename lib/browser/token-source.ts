import type { ProjectClientOptions } from './options.js'
import { problemOf } from './problem.js'
import { ProjectClientError } from './project-client-error.js'

/** Tokens that are remembered as used. A cache repeats the last one, or the last few. */
const maxRemembered = 500

/** Makes what gets a new token for each call. It never gives the same one twice. */
export function tokenSource({
  tokenUrl,
  getToken = ({ signal }) => ask(tokenUrl as string, scope, signal),
  scope,
  timeoutMs = 10_000,
}: ProjectClientOptions): (signal?: AbortSignal) => Promise<string> {
  // Ends of signatures: which token it was, and not the token.
  const used = new Set<string>()

  return async (signal) => {
    const token: unknown = await inTime(timeoutMs, signal, async (signal) => getToken({ scope, signal }))
    if (typeof token !== 'string' || !/^[\w-]+(\.[\w-]+){2}$/.test(token))
      throw new ProjectClientError('token_invalid', 'Your backend gave no token')
    const end = token.slice(-32)
    if (used.has(end))
      throw new ProjectClientError('token_repeated', 'Your backend gave a used token: a cache kept it')
    if (used.size > maxRemembered) used.clear()
    used.add(end)
    return token
  }
}

async function ask(tokenUrl: string | URL, scope: string | undefined, signal: AbortSignal): Promise<string> {
  let response
  try {
    // Not the document's base: markup that somebody brings in could set it.
    const url = new URL(tokenUrl, (globalThis as { location?: { href: string } }).location?.href)
    response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ scope }),
      credentials: 'include',
      redirect: 'manual',
      signal,
    })
  } catch (cause) {
    throw new ProjectClientError(
      'token_unreachable',
      `No answer from ${String(tokenUrl)}: network, CORS, or no base for it outside a page`,
      { cause },
    )
  }
  const { status } = response
  if (response.ok)
    return ((await response.json().catch(() => undefined)) as { token?: string } | undefined)?.token as string
  throw new ProjectClientError(
    'token_refused',
    `Your backend ${status < 400 ? 'redirects, perhaps to a login' : `refused: ${status}`}`,
    { status, problem: await problemOf(response) },
  )
}

/** What the work gives, if that is in time and the caller still waits. */
function inTime<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController()
    const give = (reason: unknown) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason.
      reject(reason)
      stop.abort(reason)
    }
    const abort = () => {
      give(signal?.reason)
    }
    const timer = setTimeout(() => {
      give(new ProjectClientError('timeout', `No token within ${timeoutMs} ms`))
    }, timeoutMs)
    // Gone with what it waits for, whatever becomes of that.
    signal?.addEventListener('abort', abort, { signal: stop.signal })
    if (signal?.aborted) abort()
    else
      work(stop.signal)
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
        })
  })
}
