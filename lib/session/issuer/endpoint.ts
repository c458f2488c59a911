import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForm, readFormBody } from '../../http/form-body.js'
import { oauthAnswer, OAuthFault, type OAuthAnswer } from './oauth-error.js'

/** A handler of Express 4 and 5, Connect and `node:http`. */
export type SessionHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => unknown,
) => void

const maxBytes = 16_384

/** A request, as far as an endpoint looks at it. */
export interface EndpointRequest {
  readonly request: IncomingMessage
  readonly form: ReadonlyMap<string, string>
}

/**
 * A handler for form posts, as OAuth's endpoints get them. Every answer is JSON that no cache keeps. What is no refusal goes to
 * `next(error)`, without `next` to console.error with an empty 500.
 */
export function formEndpoint(handle: (given: EndpointRequest) => Promise<OAuthAnswer>): SessionHandler {
  return (req, res, next) => {
    formOf(req)
      .then((form) => handle({ request: req, form }))
      .catch((error: unknown) => {
        const answer = oauthAnswer(error)
        if (answer === undefined) throw error
        return answer
      })
      .then(
        (answer) => {
          send(res, answer)
        },
        (error: unknown) => {
          fail(res, error || new Error('The endpoint failed'), next)
        },
      )
      .catch((defect: unknown) => {
        console.error(defect)
      })
  }
}

async function formOf(req: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  if (req.method !== 'POST')
    throw new OAuthFault('invalid_request', 'Send it by POST.', { status: 405, headers: { Allow: 'POST' } })
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = req.headers
  if (!isForm(type) || coding !== 'identity') {
    throw new OAuthFault(
      'invalid_request',
      'Send it as Content-Type: application/x-www-form-urlencoded, in UTF-8 and not compressed.',
      { status: 415 },
    )
  }
  return readFormBody(req, maxBytes, (failure) =>
    failure === 'too_large'
      ? new OAuthFault('invalid_request', `The form may have ${maxBytes} bytes at most.`, { status: 413 })
      : malformed(
          failure === 'malformed'
            ? 'A parameter of the form came more than once, or is no text in UTF-8.'
            : 'The form is not complete.',
        ),
  )
}

export function malformed(description: string): OAuthFault {
  return new OAuthFault('invalid_request', description, { code: 'request_malformed' })
}

function send(res: ServerResponse, { status, headers = {}, body }: OAuthAnswer): void {
  // A timeout may have answered meanwhile.
  if (res.headersSent) return
  res.statusCode = status
  const all = {
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    ...headers,
    'Content-Type': 'application/json',
  }
  for (const [name, value] of Object.entries(all)) res.setHeader(name, value)
  res.end(JSON.stringify(body))
}

function fail(res: ServerResponse, error: unknown, next: ((error: unknown) => unknown) | undefined): void {
  if (next !== undefined) {
    next(error)
    return
  }
  console.error(error)
  if (res.headersSent) return
  res.statusCode = 500
  res.end()
}
