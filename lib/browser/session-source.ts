import { refused } from './answer.js'
import type { Credential, Credentials } from './credentials.js'
import { inTime } from './in-time.js'
import type { ProjectClientEvent, ProjectSessionOptions } from './options.js'
import { jsonOf } from './problem.js'

/** As far as it is one. */
interface Grant {
  readonly access_token: unknown
  readonly expires_in: number
}

/** Makes what has one session for all calls, in exchange for a project token. RFC 7523 section 2.1. */
export function sessionSource(
  exchange: (signal: AbortSignal) => Promise<Response>,
  { renewBefore = 30 }: ProjectSessionOptions,
  timeoutMs: number,
  tell: (event: ProjectClientEvent) => void,
): Credentials {
  let session: Credential
  let usableMs = 0
  let date: number
  let ticks: number
  let renewal: Promise<Credential> | undefined

  const renew = async (signal: AbortSignal) => {
    // The clocks are those of the new session from here on.
    usableMs = 0
    date = Date.now()
    ticks = performance.now()
    const response = await exchange(signal)
    const { access_token: accessToken, expires_in: expiresIn } = (await jsonOf(response)) as Grant
    if (!response.ok || typeof accessToken !== 'string' || !(expiresIn > 0 && Number.isFinite(expiresIn)))
      throw await refused('The platform', 'session_refused', response)
    usableMs = 1_000 * Math.max(expiresIn - renewBefore, expiresIn / 2)
    session = { token: accessToken }
    tell({ type: 'session', expiresIn })
    return session
  }

  const current = async () => {
    // One clock stands still in sleep, and the other can be set back.
    if (Date.now() - date < usableMs && performance.now() - ticks < usableMs) return session
    // Of no caller in particular, so that it outlives each of them, and ends for all of them at a time.
    return (renewal ??= inTime(timeoutMs, undefined, renew).finally(() => (renewal = undefined)))
  }

  return {
    current: (signal) => inTime(0, signal, current),
    refused(credential) {
      // Perhaps there is a newer one by now.
      if (credential === session) usableMs = 0
    },
  }
}
