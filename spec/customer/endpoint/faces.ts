import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { IncomingMessage, RequestListener } from 'node:http'
import request from 'supertest'
import {
  createSigner,
  tokenEndpoint,
  tokenRoute,
  type TokenEndpointOptions,
} from '../../../lib/customer/index.js'
import { expresses } from '../../helpers/express.js'
import { keyPair } from '../../helpers/keys.js'
import { audience, kidOf } from '../../helpers/mint.js'
import type { openServer } from '../../helpers/server.js'

/** Whose token it is in all tests of the endpoint. */
export const signer = createSigner({
  projectId: 'shop',
  audience,
  privateKey: keyPair('ES256').privateKey,
  kid: kidOf('ES256'),
})

export const host = 'shop.example'
export const page = `https://${host}`

/** What a browser sends with the fetch of an honest page. */
export const honestHeaders = {
  host,
  origin: page,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
}

/** One difference from the honest request. Undefined takes a header away. */
export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The members of its JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

/** The options that all faces take: what a test reads of a request is in both kinds. */
export type Options = TokenEndpointOptions<IncomingMessage> & TokenEndpointOptions<Request>
type Asks = (options: Options) => (question?: Question) => Promise<Reply>

const usual = { signer, authorize: () => ({ subject: 'user-7' }) }

/** The same endpoint in each kind of server. */
export function facesIn(serve: ReturnType<typeof openServer>): readonly [name: string, asks: Asks][] {
  const overHttp =
    (listenerFor: (options: Options) => RequestListener): Asks =>
    (options) =>
    (question) =>
      overTheWire(serve(listenerFor(options)), question)

  return [
    ...expresses.map(([name, express]): [string, Asks] => [
      name,
      overHttp((options) => {
        const app = express()
        app.use('/token', tokenEndpoint(options))
        return app
      }),
    ]),
    ['node:http', overHttp((options) => tokenEndpoint(options))],
    [
      'Hono',
      overHttp((options) => {
        const route = tokenRoute(options)
        const app = new Hono().all('/token', (c) => route(c.req.raw))
        const listener = getRequestListener(app.fetch)
        return (req, res) => void listener(req, res)
      }),
    ],
    ['Request', (options) => async (question) => replyFrom(await tokenRoute(options)(requestFor(question)))],
  ]
}

/** One question to an endpoint that signs for everyone, unless told otherwise. */
export function askOf(asks: Asks, options: Partial<Options> = {}): (question?: Question) => Promise<Reply> {
  return asks({ ...usual, ...options })
}

function headersOf({ headers = {} }: Question): [string, string][] {
  const entries = Object.entries<string | undefined>({ ...honestHeaders, ...headers })
  return entries.filter((entry): entry is [string, string] => entry[1] !== undefined)
}

async function overTheWire(server: Parameters<typeof request>[0], question: Question = {}): Promise<Reply> {
  const { method = 'POST', body = '{}' } = question
  const asked = request(server)[method.toLowerCase() as 'post']('/token')
  for (const [name, value] of headersOf(question)) void asked.set(name, value)
  const isBodiless = method === 'GET' || method === 'HEAD'
  const { status, headers, text } = await (isBodiless
    ? asked
    : asked.serialize((sent) => sent as string).send(body))
  return { status, headers: headers, text, body: parsed(text) }
}

function requestFor(question: Question = {}): Request {
  const { method = 'POST', body = '{}' } = question
  const isBodiless = method === 'GET' || method === 'HEAD'
  return new Request(`https://${host}/token`, {
    method,
    headers: headersOf(question),
    ...(!isBodiless && { body }),
  })
}

async function replyFrom(response: Response): Promise<Reply> {
  const text = await response.text()
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: parsed(text) }
}

function parsed(text: string): Record<string, unknown> {
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
}

/** What a token says, unverified: the tests that verify it have a verifier. */
export function claimsOf(reply: Reply): Record<string, unknown> {
  const [, claims = ''] = (reply.body.token as string).split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
}
