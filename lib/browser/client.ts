import { tellSkew } from './clock-skew.js'
import { readPlatform, type ProjectClientEvent, type ProjectClientOptions } from './options.js'
import { problemOf } from './problem.js'
import { ProjectClientError } from './project-client-error.js'
import { mayRepeat } from './repetition.js'
import { tokenSource } from './token-source.js'

export interface ProjectClient {
  /** The platform's: `https://platform.example`. */
  readonly origin: string
  /**
   * `fetch` with a new token: resolves the address against the platform, and to whatever the platform answers. Throws a TypeError for
   * an address of another origin and for an Authorization header of your own, a `ProjectClientError` where there is no answer, and the
   * reason of your `signal`. Sends no cookies and follows no redirects.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** A new token, for what `fetch` cannot do. Throws as `fetch` does. */
  token(options?: { readonly signal?: AbortSignal }): Promise<string>
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
 * Nothing is stored, and no token is used twice or kept for later. Works from `<script type="module">` and with every bundler; on a
 * server it can be imported. Throws a TypeError for a wrong option. Does not judge a token, work offline, or stop script on your page.
 *
 * @example
 * const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
 * const answer = await client.fetch('/embed/portal')
 */
export function createProjectClient(options: ProjectClientOptions): ProjectClient {
  const platform = readPlatform(options)
  const { origin } = platform
  const newToken = tokenSource(options)
  const tell = (event: ProjectClientEvent) => {
    // What a listener throws is its own affair.
    Promise.resolve(event).then(options.onEvent).catch(console.error)
  }

  const requestFor = (input: string | URL | Request, init: RequestInit): Request => {
    const { url, redirect } = input as Partial<Request>
    const request = new Request(url === undefined ? new URL(input, platform) : input, {
      ...init,
      credentials: 'omit',
      mode: 'cors',
      // A redirect would carry a token that has been used, or carry it elsewhere.
      redirect: (init.redirect ?? redirect) === 'manual' ? 'manual' : 'error',
    })
    // What will be sent is what is looked at.
    if (!request.url.startsWith(`${origin}/`)) throw new TypeError(`A token for ${origin} goes nowhere else`)
    if (request.headers.has('authorization')) throw new TypeError('Leave Authorization to the client')
    return request
  }

  const send = async (request: Request): Promise<readonly [Response, token: string]> => {
    const token = await newToken(request.signal)
    request.headers.set('authorization', `Bearer ${token}`)
    try {
      return [await fetch(request), token]
    } catch (cause) {
      if (request.signal.aborted) throw cause
      throw new ProjectClientError(
        'platform_unreachable',
        `No answer from ${origin}: network, CORS or a redirect; a browser does not say which`,
        { cause },
      )
    }
  }

  return {
    origin,
    token: ({ signal } = {}) => newToken(signal),
    async fetch(input, init = {}) {
      const request = requestFor(input, init)
      // The body is read with the first copy.
      const [response, token] = await send(request.clone())
      const problem = response.status === 401 ? await problemOf(response) : undefined
      tellSkew(token, problem, tell)
      if (!mayRepeat(request.method, problem)) return response
      tell({ type: 'retry', code: problem?.code ?? '' })
      return (await send(request))[0]
    },
  }
}
