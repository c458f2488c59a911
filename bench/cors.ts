import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import cors from 'cors'
import { corsFor } from '../lib/index.js'
import { interleave, ratio, spread } from './interleave.js'
import { cell, type Part, type Verdict } from './results.js'
import { targets } from './targets.js'

export interface CorsSize {
  readonly rounds: number
  readonly warmUp: number
  /** Requests a turn. */
  readonly batch: number
}

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

const home = 'https://shop.example'
const origins = new Set([home, 'https://other.example'])

/** Both allow the same, of the same origins. */
const contestants: Readonly<Record<'corsFor' | 'cors', Middleware>> = {
  corsFor: corsFor(origins),
  cors: cors({
    origin: (origin, allow) => {
      allow(null, origin !== undefined && origins.has(origin) ? [origin] : [])
    },
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'DPoP'],
    exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'DPoP-Nonce'],
    maxAge: 7_200,
  }),
}

const preflight = { method: 'OPTIONS', asks: { 'access-control-request-method': 'POST' } }
const kinds = [
  { name: 'a call of a known origin', method: 'POST', origin: home, asks: {} },
  { name: 'a call of another one', method: 'POST', origin: 'https://evil.example', asks: {} },
  { name: 'a preflight of a known origin', origin: home, ...preflight },
  { name: 'a preflight of another one', origin: 'https://evil.example', ...preflight },
] as const

/** What CORS adds to a request: the middleware alone, with requests and answers of `node:http` that belong to no connection. */
export async function corsMiddleware({ rounds, warmUp, batch }: CorsSize): Promise<Part> {
  const rows: Part['tables'][number]['rows'][number][] = []
  const verdicts: Verdict[] = []
  for (const kind of kinds) {
    const answered = (middleware: Middleware) => () => {
      let over = 0
      const done = () => {
        over++
      }
      for (const [req, res] of exchanges(kind, batch)) {
        middleware(req, res, done)
        if (res.writableEnded) done()
      }
      if (over !== batch) throw new Error(`${kind.name}: only ${over} of ${batch} requests went on or ended`)
    }
    const turns = await interleave(
      { corsFor: answered(contestants.corsFor), cors: answered(contestants.cors) },
      rounds,
      warmUp,
    )
    const each = (name: keyof typeof turns) =>
      cell(spread(turns[name].map(({ wall }) => wall / batch / 1e3)), 'µs')
    const factor = cell(ratio(turns.cors, turns.corsFor, 'wall'), 'ratio')
    rows.push({ name: kind.name, cells: [each('corsFor'), each('cors'), factor] })
    verdicts.push({
      target: `CORS, ${kind.name}: cors's time as a multiple of corsFor's`,
      reached: factor,
      atLeast: targets.minOfCors,
    })
  }
  const text =
    'The middleware alone, before a route, with requests and answers of `node:http` that belong to no connection; making these is in the times of both. Both allow two origins, by a Set.'
  return {
    tables: [{ title: 'CORS', text, columns: ['corsFor', 'cors', 'cors ÷ ours'], rows }],
    verdicts,
  }
}

/** A request and its answer, so many times. */
function* exchanges({ method, origin, asks }: (typeof kinds)[number], count: number) {
  const socket = new Socket()
  for (let item = 0; item < count; item++) {
    const req = new IncomingMessage(socket)
    req.method = method
    req.headers = { host: 'platform.example', origin, ...asks }
    yield [req, new ServerResponse(req)] as const
  }
}
