import { inTime } from '../in-time.js'
import { ProjectClientError } from '../project-client-error.js'
import { answerType, helloType, type Answer } from './messages.js'
import { ownWindow, type WindowMessage } from './windows.js'

/** Milliseconds between two questions: the page may not listen yet. */
const askEveryMs = 500

export interface ReceiveTokenOptions {
  /** The origins that may give a token. Default: any, for the platform finds out by the token whose page that may be. */
  readonly from?: readonly string[]
  /** Milliseconds within which there must be a token. Default 9,000: less than a client waits, so that its error is this one. */
  readonly timeoutMs?: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** Who opened this page, until it is loaded anew. */
let firstEmbedder: string | undefined

/** A token, and who gave it. */
export interface ReceivedToken {
  readonly token: string
  /** The origin of the page that opened this one, as the browser says it: `https://shop.example`. Or `null`, for a sandbox. */
  readonly embedder: string
}

/**
 * For a page of the platform that a customer's page has opened by `openPortal`: asks that page for a new token, each time that it is called.
 * The page is the parent of a frame, else the opener of a popup.
 *
 *     portal -> page      { type: 'reverse-jwt:hello', nonce: '5b0c...' }                     every 500 ms until there is an answer
 *     page   -> portal    { type: 'reverse-jwt:token', nonce: '5b0c...', token: 'eyJ...' }
 *
 * Takes an answer from that window alone, and to this question alone. Does not judge the token, nor who gave it: the platform does, in
 * the exchange, for which the client needs `session`, and the issuer `ownOrigins`.
 *
 * Throws a `ProjectClientError`: `portal_silent` where there is no such page or no answer; `token_refused` where the page has got no token,
 * with `problem.code`; `embedder_changed` where the page that answers has another origin than the first one. Load the portal anew then, and
 * show whose it is.
 *
 * @example
 * const client = createProjectClient({ platform: location.origin, getToken: receiveToken, session: true })
 * const answer = await client.fetch('/who')
 */
export async function receiveToken({
  from,
  timeoutMs = 9_000,
  signal,
}: ReceiveTokenOptions = {}): Promise<ReceivedToken> {
  const page = ownWindow()
  // A frame may have an opener, too: whoever named it.
  const embedder = page.parent === page ? page.opener : page.parent
  if (!embedder) throw silent('No page opened this one')
  // 4 bits of each.
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => (byte & 15).toString(16))
  const nonce = digits.join('')

  const ask = async (signal: AbortSignal) =>
    new Promise<ReceivedToken>((resolve, reject) => {
      const hello = () => {
        embedder.postMessage({ type: helloType, nonce }, '*')
      }
      const hear = ({ source, origin, data }: WindowMessage) => {
        const { type, nonce: answered, token, error } = Object(data) as Answer
        if (source !== embedder || type !== answerType || answered !== nonce) return
        if (from && !from.includes(origin)) return
        // The window of the opener may have gone on to a page of somebody else, who is honest of themselves.
        if (origin !== (firstEmbedder ??= origin))
          reject(
            new ProjectClientError('embedder_changed', `Opened by ${firstEmbedder}, answered by ${origin}`),
          )
        else if (typeof token === 'string') resolve({ token, embedder: origin })
        else reject(noToken(error))
      }
      page.addEventListener('message', hear, { signal })
      hello()
      const timer = setInterval(hello, askEveryMs)
      signal.addEventListener('abort', () => {
        clearInterval(timer)
      })
    })
  return inTime(timeoutMs, signal, ask, () => silent(`No token within ${timeoutMs} ms`))
}

/** The code is text of the other page, so it is one word or none. */
function noToken(error: unknown): ProjectClientError {
  const code = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : undefined
  const problem = code === undefined ? {} : { code }
  return new ProjectClientError('token_refused', `The page gave no token: ${code}`, { problem })
}

function silent(what: string): ProjectClientError {
  return new ProjectClientError(
    'portal_silent',
    `${what}: the page must call openPortal, and no COOP may cut it off`,
  )
}
