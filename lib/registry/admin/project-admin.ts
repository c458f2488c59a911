import type { IncomingMessage, ServerResponse } from 'node:http'
import { callback, objectWith, required } from '../../options/kinds.js'
import { argumentReader, optionsReader, type OptionsOf } from '../../options/options.js'
import { Fault } from '../../http/fault.js'
import { readJsonBody } from '../../http/json-body.js'
import { sendProblem } from '../../http/problem.js'
import { warnOnce } from '../../warnings.js'
import { findRoute, queryOf, type Found } from './find-route.js'
import { adminFault, adminProblemOf } from './problem.js'
import type { AdminAction, Answer } from './routes.js'
import { readableText } from '../rules/names.js'
import { invalid, RegistryError } from '../registry-error.js'
import type { Registry } from '../registry.js'

/** What a request asks for, before it is decided whether it may. */
export interface AdminOperation {
  /** Undefined: there is no such route, and whoever is let in is told so. */
  readonly action: AdminAction | undefined
  /**
   * The id of the project in the path, decoded, or in the query of the audit: the one that the route will take. Undefined where
   * there is none.
   */
  readonly project: string | undefined
}

/** Who may manage projects, by the name that the audit shall know; anything false: nobody. */
export type AdminAuthorization = { readonly by: string } | false | null | undefined

export interface ProjectAdminOptions<Req extends IncomingMessage = IncomingMessage> {
  readonly registry: Registry
  /**
   * Decides who calls, from the headers alone, and whether they may do this with this project: the body has not been read.
   * Throws when it cannot tell.
   */
  readonly authorize: (
    req: Req,
    operation: AdminOperation,
  ) => AdminAuthorization | Promise<AdminAuthorization>
  /**
   * Told of what is not the caller's fault: what `authorize` threw, a `StoreError`, a `StoreUnusableError`. Default:
   * console.error.
   */
  readonly onError?: (error: unknown) => unknown
}

const readOptions = optionsReader('projectAdmin', {
  registry: objectWith<Registry>('createProject', 'what createRegistry returns'),
  authorize: required(
    callback<ProjectAdminOptions['authorize']>(
      'that decides who may manage projects: (req) => ({ by }) or false',
    ),
    'a function that decides who may manage projects: (req) => ({ by }) or false',
  ),
  onError: callback<NonNullable<ProjectAdminOptions['onError']>>('that is told of errors', (error) => {
    console.error(error)
  }),
} satisfies OptionsOf<ProjectAdminOptions>)
const readBy = argumentReader('projectAdmin', 'by', required(readableText, 'authorize returns { by }'))

/**
 * The registry as a JSON API: Express middleware, to be mounted where you like. Every route is in `docs/openapi.json`.
 *
 *     POST /admin/projects/shop/keys/revoke HTTP/1.1
 *     Content-Type: application/json
 *
 *     { "kid": "key-1", "reason": "exposed" }
 *
 * `authorize` runs first, before anything is answered and the body is read, and is told `{ project, action }`, both undefined
 * where there is no such route. False: 403, the same for everything, known or not. A throw: 503. The `by` that it returns goes
 * to the audit. Do not let a cookie alone decide, unless it is SameSite=Strict or you compare the Origin: a cookie comes along
 * with what other sites send. What changes something must come as application/json, which forms cannot send.
 *
 * Answers everything below its place itself: JSON, or RFC 9457 problem details with `code`; always `Cache-Control: no-store`.
 * Bodies have 64 KB at most. Only the first answer to `generate` and `rotate` holds a private key.
 *
 * Throws a TypeError for a wrong option. Works with Express 4 and 5, and with `node:http`. Needs no Express of its own.
 *
 * @example
 * const admin = projectAdmin({
 *   registry,
 *   authorize: async (req) => {
 *     const operator = await operatorOf(req.headers.authorization)
 *     return operator !== undefined && { by: operator.email }
 *   },
 * })
 * app.use('/admin', admin)
 */
export function projectAdmin<Req extends IncomingMessage = IncomingMessage>(
  options: ProjectAdminOptions<Req>,
): (req: Req, res: ServerResponse) => void {
  const { registry, authorize, onError } = readOptions(options)

  const answerTo = async (req: Req): Promise<Answer> => {
    const found = lookUp(req)
    const by = await authorized(authorize, req, operationOf(found))
    // Said to nobody who was not let in.
    if (found instanceof Error) throw found
    const { route, project, id } = found
    const query = queryOf(found)
    const hasBody = route.method === 'POST' || route.method === 'PATCH'
    const body = hasBody ? await readJsonBody(req) : {}
    if (Object.hasOwn(body, 'by')) throw invalid('Leave by out: authorize says who calls')
    const idempotencyKey = req.headers['idempotency-key'] as string | undefined
    return route.answer({ registry, by, project, id, query, body, idempotencyKey })
  }

  return function projectAdmin(req, res) {
    answerTo(req)
      .then(
        (answer) => {
          send(res, answer)
        },
        (thrown: unknown) => {
          sendFailure(res, thrown)
          const defect = defectOf(thrown)
          return defect === undefined ? undefined : onError(defect)
        },
      )
      .catch(() => {
        warnOnce('REVERSE_JWT_LISTENER_FAILED')
      })
  }
}

function lookUp({ method = '', url = '' }: IncomingMessage): Found | Error {
  try {
    return findRoute(method, url)
  } catch (error) {
    return error as Error
  }
}

function operationOf(found: Found | Error): AdminOperation {
  if (found instanceof Error) return { action: undefined, project: undefined }
  const { route, project } = found
  if (route.path.includes('{project}')) return { action: route.action, project }
  // What the route reads, or nothing where it will refuse the query.
  const asked = new URLSearchParams(found.search).getAll('project')
  return { action: route.action, project: route.action === 'audit.read' ? asked[0] : undefined }
}

async function authorized<Req>(
  authorize: (req: Req, operation: AdminOperation) => unknown,
  req: Req,
  operation: AdminOperation,
): Promise<string> {
  let answer: unknown
  try {
    answer = await authorize(req, operation)
  } catch (error) {
    throw adminFault('authorization_unavailable', { cause: error ?? new Error('authorize threw nothing') })
  }
  if (!answer) throw adminFault('forbidden')
  const { by } = answer as { by?: unknown }
  try {
    return readBy(by)
  } catch (cause) {
    throw adminFault('authorization_unavailable', { cause })
  }
}

/** What an operator has to hear of: all that is not the caller's fault. */
function defectOf(thrown: unknown): unknown {
  if (thrown instanceof RegistryError) return undefined
  return thrown instanceof Fault ? thrown.cause : (thrown ?? new Error('nothing was thrown'))
}

function send(res: ServerResponse, { status, body, location }: Answer): void {
  // A timeout may have answered meanwhile.
  if (res.headersSent) return
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  if (location !== undefined) res.setHeader('Location', location)
  if (body !== undefined) res.setHeader('Content-Type', 'application/json')
  res.end(body === undefined ? undefined : JSON.stringify(body))
}

function sendFailure(res: ServerResponse, thrown: unknown): void {
  if (res.headersSent) return
  const headers = thrown instanceof Fault ? thrown.headers : undefined
  sendProblem(res, adminProblemOf(thrown), { 'X-Content-Type-Options': 'nosniff', ...headers })
}
