import { answerOf } from './answer.js'
import { tellSkew } from './clock-skew.js'
import type { Credential, Credentials } from './credentials.js'
import { inTime } from './in-time.js'
import {
  checkOptions,
  type ProjectClientEvent,
  type ProjectClientOptions,
  type ProjectSessionOptions,
} from './options.js'
import { membersOf, problemOf, type Problem } from './problem.js'
import { mayRepeat } from './repetition.js'
import { sessionSource } from './session-source.js'
import { tokenSource } from './token-source.js'

export interface ProjectClient {
  /** The platform's: `https://platform.example`. */
  readonly origin: string
  /**
   * `fetch` with a new token, or with the session: resolves the address against the platform, and to whatever the platform answers. Throws a TypeError for
   * an address of another origin that is none of `session.services`, and for an Authorization header of your own, a `ProjectClientError` where there is no answer, and the
   * reason of your `signal`. Sends no cookies and follows no redirects.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** A new token, for what `fetch` cannot do. Throws as `fetch` does. */
  token(options?: { readonly signal?: AbortSignal }): Promise<string>
  /** What a call would carry, for what `fetch` cannot do: the session where there is one, else a new token. Throws as `fetch` does. */
  credential(options?: { readonly signal?: AbortSignal }): Promise<string>
}

/**
 * The client of a platform, for the customer's page: gets a new token from your backend for each call, and carries it.
 *
 *     POST /token                                  ->  {"token":"eyJ..."}      your backend
 *     GET  https://platform.example/embed/portal       Authorization: Bearer eyJ...
 *
 * A call is sent again once, with a new token, when the platform says that the first copy did not run (401 with `retry: "fresh-token"`), or
 * that it may have run (`"if-idempotent"`) and the method is GET, HEAD, PUT, DELETE or OPTIONS. POST and PATCH are never sent again
 * then, nor is anything after a network failure. Everything else is returned.
 *
 * With `session`, one token is exchanged for a session that all calls carry until shortly before its end, to other services of the
 * platform, too, where `session.services` names them:
 *
 *     POST https://platform.example/oauth/token    grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=eyJ...
 *     {"access_token":"eyJ...","token_type":"Bearer","expires_in":600}
 *
 * Nothing is stored: a session is in memory alone. No token is used twice or kept for later. Works from `<script type="module">` and with every bundler; on a
 * server it can be imported. Throws a TypeError for a wrong option. Does not judge a token, work offline, or stop script on your page.
 *
 * @example
 * const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
 * const answer = await client.fetch('/embed/portal')
 */
export function createProjectClient(options: ProjectClientOptions): ProjectClient {
  const session = Object(options.session) as ProjectSessionOptions
  checkOptions(options, session)
  const { timeoutMs = 10_000 } = options
  const platform = new URL(options.platform)
  const { origin } = platform
  // Others get the session alone: a token is for one server, which uses it up.
  const origins = [origin, ...(session.services ?? [])]
  const tell = (event: ProjectClientEvent) => {
    // What a listener throws is its own affair.
    Promise.resolve(event).then(options.onEvent).catch(console.error)
  }

  const requestFor = (input: string | URL | Request, init: RequestInit): Request => {
    const { url, redirect } = input as Partial<Request>
    const request = new Request(url ? input : new URL(input, platform), {
      ...init,
      credentials: 'omit',
      mode: 'cors',
      // A redirect would carry a token that has been used, or carry it elsewhere.
      redirect: (init.redirect ?? redirect) === 'manual' ? 'manual' : 'error',
    })
    // What will be sent is what is looked at.
    if (origins.every((one) => !request.url.startsWith(`${one}/`)) || request.headers.has('authorization'))
      throw new TypeError(`Call only ${origins.join()}, without your own Authorization`)
    return request
  }

  /** Sends, and sends again once where that does no harm. */
  const send = async (
    signal: AbortSignal,
    credentials: Credentials,
    requestWith: (credential: Credential) => Request,
    problemIn: (response: Response) => Promise<Problem | false | undefined>,
  ): Promise<Response> => {
    for (let again = true; ; again = false) {
      const credential = await credentials.current(signal)
      const request = requestWith(credential)
      const { origin, pathname } = new URL(request.url)
      const response = await answerOf(origin + pathname, 'platform_unreachable', signal, () => fetch(request))
      const problem = again && (await problemIn(response))
      if (!problem || !mayRepeat(request.method, problem)) return response
      credentials.refused(credential, problem, tell)
      tell({ type: 'retry', code: problem.code ?? '' })
    }
  }

  const newToken = tokenSource(options)
  const tokens: Credentials = {
    current: (signal) => inTime(timeoutMs, signal, newToken),
    refused: tellSkew,
  }

  const exchange = (signal: AbortSignal) =>
    send(
      signal,
      tokens,
      ({ token, embedder }) =>
        requestFor(session.path ?? '/oauth/token', {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            assertion: token,
            ...(embedder && { embedder }),
          }),
          signal,
        }),
      membersOf,
    )

  const credentials = options.session ? sessionSource(exchange, session, timeoutMs, tell) : tokens

  return {
    origin,
    token: async (options) => (await tokens.current(options?.signal)).token,
    credential: async (options) => (await credentials.current(options?.signal)).token,
    async fetch(input, init = {}) {
      const request = requestFor(input, init)
      return send(
        request.signal,
        credentials,
        ({ token }) => {
          request.headers.set('authorization', `Bearer ${token}`)
          // The body is read with each copy.
          return request.clone()
        },
        async (response) => response.status === 401 && problemOf(response),
      )
    },
  }
}
