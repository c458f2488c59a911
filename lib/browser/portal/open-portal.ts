import type { ProjectClient } from '../client.js'
import { ownAddress } from '../own-address.js'
import type { Problem } from '../problem.js'
import { ProjectClientError, type ProjectClientErrorCode } from '../project-client-error.js'
import { answerType, helloType, type Answer, type Hello } from './messages.js'
import { ownWindow, type OtherWindow, type WindowMessage } from './windows.js'

/** As much of an `HTMLIFrameElement` as is needed. */
export interface PortalFrame {
  readonly contentWindow: OtherWindow | null
  src: string
  referrerPolicy: string
}

/** `Window` in a page's types. */
export type PortalWindow = typeof globalThis extends { Window: { prototype: infer W } } ? W : OtherWindow

/** A `ProjectClientError`, or whatever your own `getToken` throws, which may have no code. */
export type PortalError = Error & {
  readonly code: ProjectClientErrorCode | undefined
  readonly problem: Problem | undefined
}

export interface OpenPortalOptions {
  /** How the popup shall be, as `window.open` takes it: `'popup,width=900,height=700'`. Not `noopener`. Default `'popup'`. */
  readonly features?: string
  /** Milliseconds within which the portal must ask for its first token. Default 15,000. */
  readonly timeoutMs?: number
  /**
   * Told why the portal does not open, or has got no token: a `ProjectClientError` with the code `portal_blocked` or `portal_silent`, or what
   * `client.token()` throws. Default: `console.error`.
   */
  readonly onError?: (error: PortalError) => unknown
}

/** An open portal. */
export interface Portal {
  /** The popup, or the window of the frame. Undefined for a popup that was blocked, and for a frame that is in no document. */
  readonly window: PortalWindow | undefined
  /** Gives no token any more, and closes a popup. A frame is yours: take it away or hide it. Needs no `this`. */
  readonly close: () => void
}

/**
 * Opens a page of the platform in a frame of yours, or in a popup, and gives it a new token whenever it asks for one: at first,
 * after a reload, and for each new session. The page over there calls `receiveToken`.
 *
 *     portal -> page      { type: 'reverse-jwt:hello', nonce: '5b0c...' }                     to any origin, for it says nothing
 *     page   -> portal    { type: 'reverse-jwt:token', nonce: '5b0c...', token: 'eyJ...' }    to the platform's origin alone
 *
 * Answers only the window of this frame or popup, only where its page is of `client.origin`, and each nonce once. The token is in no address
 * and in no storage. Sets `iframe.referrerPolicy` to `origin`, so that the platform's `framedBy` knows who frames it.
 *
 * Call it for a popup from a click, or the browser blocks it. Throws a TypeError for an address of another origin than the client's, and
 * for what is no iframe. Whatever goes wrong later is told to `onError`. It cannot know that somebody closes a popup: browsers say "closed" of one that
 * they have cut off. HTML standard, section 9.3.
 *
 * @example
 * const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
 * const portal = openPortal(client, document.querySelector('iframe'), '/portal/')
 */
export function openPortal(
  client: Pick<ProjectClient, 'origin' | 'token'>,
  place: PortalFrame | 'popup' | null,
  url: string | URL,
  { features = 'popup', timeoutMs = 15_000, onError = console.error }: OpenPortalOptions = {},
): Portal {
  const address = ownAddress(client, url)
  if (place !== 'popup' && place?.contentWindow === undefined)
    throw new TypeError("Give an iframe or 'popup'")
  const frame = place === 'popup' ? undefined : place

  const stop = new AbortController()
  const { signal } = stop
  const answered = new Set<string>()
  let other = ''

  const answer = async ({ source, origin, data }: WindowMessage) => {
    const { type, nonce } = Object(data) as Partial<Hello>
    if (!source || source !== opened() || type !== helloType || !nonce) return
    if (origin !== client.origin) {
      other = origin
      return
    }
    // While a token is made the portal asks again.
    if (answered.has(nonce)) return
    answered.add(nonce)
    clearTimeout(timer)
    const send = (what: Partial<Answer>) => {
      // By now another page may be there. If it is of another origin, it does not get it.
      ;(source as OtherWindow).postMessage({ type: answerType, nonce, ...what }, origin)
    }
    try {
      send({ token: await client.token({ signal }) })
    } catch (error) {
      if (signal.aborted) return
      onError(error as PortalError)
      const { code, problem } = Object(error) as PortalError
      send({ error: `${problem?.code ?? code}` })
    }
  }

  const page = ownWindow()
  page.addEventListener('message', answer, { signal })
  let popup: OtherWindow | null = null
  if (frame) {
    frame.referrerPolicy = 'origin'
    frame.src = address
  } else popup = page.open(address, '_blank', features)
  const opened = () => (frame ? frame.contentWindow : popup)

  const isThere = opened()
  const timer = setTimeout(
    () => {
      onError(
        isThere
          ? new ProjectClientError(
              'portal_silent',
              `No portal within ${timeoutMs} ms${other && `, but ${other}`}: down, COOP, frame-ancestors, CSP or sandbox; see the console`,
            )
          : new ProjectClientError(
              'portal_blocked',
              frame ? 'The iframe is in no document' : 'Blocked: open a popup in a click',
            ),
      )
    },
    isThere ? timeoutMs : 0,
  )

  return {
    window: isThere ?? undefined,
    close: () => {
      stop.abort()
      clearTimeout(timer)
      popup?.close()
    },
  }
}
