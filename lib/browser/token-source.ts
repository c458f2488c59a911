import { answerOf, refused } from './answer.js'
import type { Credential } from './credentials.js'
import type { ProjectClientOptions, TokenRequest } from './options.js'
import { jsonOf } from './problem.js'
import { ProjectClientError } from './project-client-error.js'

/** Tokens that are remembered as used. A cache repeats the last one, or the last few. */
const maxRemembered = 500

/** Makes what gets a new token for each call. It never gives the same one twice. */
export function tokenSource({
  tokenUrl,
  getToken = (request) => ask(tokenUrl as string, request),
  scope,
  session,
}: ProjectClientOptions): (signal: AbortSignal) => Promise<Credential> {
  // Ends of signatures: which token it was, and not the token.
  const used = new Set<string>()

  return async (signal) => {
    const given: unknown = await getToken({ scope, signal })
    const { token = given, embedder } = Object(given) as Partial<Credential>
    if (embedder && !session) throw new TypeError('receiveToken needs session: true')
    if (typeof token !== 'string' || !/^[\w-]+(\.[\w-]+){2}$/.test(token))
      throw new ProjectClientError('token_invalid', 'Your backend gave no token')
    const end = token.slice(-32)
    if (used.has(end))
      throw new ProjectClientError('token_repeated', 'Your backend gave a used token: a cache kept it')
    if (used.size > maxRemembered) used.clear()
    used.add(end)
    return { token, embedder }
  }
}

async function ask(tokenUrl: string | URL, { scope, signal }: TokenRequest): Promise<string> {
  const where = String(tokenUrl)
  const response = await answerOf(where, 'token_unreachable', signal, () =>
    // Not the document's base: markup that somebody brings in could set it.
    fetch(new URL(tokenUrl, (globalThis as { location?: { href: string } }).location?.href), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope }),
      credentials: 'include',
      redirect: 'manual',
      signal,
    }),
  )
  if (!response.ok) throw await refused(`Your backend (${where})`, 'token_refused', response)
  return ((await jsonOf(response)) as { token: string }).token
}
