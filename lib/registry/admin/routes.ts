import type { JsonObject } from '../../encoding/strict-json.js'
import type { AuditQuery, KeyQuery, ProjectQuery } from '../operations/queries.js'
import type { ConfirmKeySetOptions, RegisterKeySetOptions } from '../operations/key-sets.js'
import type { ConfirmKeyOptions } from '../operations/registration.js'
import type { RevokeKeyOptions } from '../operations/revocation.js'
import type { Registry } from '../registry.js'
import { invalid } from '../registry-error.js'

/** A request that was authorized, found its route, and was read. What the registry does not know, it refuses. */
export interface Call {
  readonly registry: Registry
  readonly by: string
  /** The project in the path. */
  readonly project: string
  /** The id of a refusal in the path. */
  readonly id: string
  readonly query: Readonly<Record<string, string>>
  /** Unchecked: the registry checks each member, whatever type a route gives it. */
  readonly body: JsonObject
  readonly idempotencyKey: string | undefined
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly location?: string
}

/** What a request would do. */
export type AdminAction =
  | 'project.list'
  | 'project.create'
  | 'project.read'
  | 'project.update'
  | 'project.delete'
  | 'project.suspend'
  | 'project.resume'
  | 'sessions.end'
  | 'key.list'
  | 'key.generate'
  | 'key.register'
  | 'key.confirm'
  | 'key.rotate'
  | 'key.revoke'
  | 'key_set.register'
  | 'key_set.confirm'
  | 'key_set.remove'
  | 'hosted_key.list'
  | 'audit.read'
  | 'refusal.find'
  | 'refusal.read'

export interface Route {
  readonly action: AdminAction
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As in the OpenAPI document. */
  readonly path: string
  /** The parameters that its query may have. */
  readonly query?: readonly string[]
  readonly answer: (call: Call) => Promise<Answer>
}

const projects = '/projects'
const project = '/projects/{project}'

/** Every route, one an operation of the registry. */
export const routes: readonly Route[] = [
  { action: 'project.list', method: 'GET', path: projects, query: ['after', 'limit'], answer: listProjects },
  { action: 'project.create', method: 'POST', path: projects, answer: createProject },
  {
    action: 'project.read',
    method: 'GET',
    path: project,
    answer: getProject,
  },
  { action: 'project.update', method: 'PATCH', path: project, answer: updateProject },
  { action: 'project.delete', method: 'DELETE', path: project, query: ['reason'], answer: deleteProject },
  { action: 'project.suspend', method: 'POST', path: `${project}/suspend`, answer: suspendProject },
  { action: 'project.resume', method: 'POST', path: `${project}/resume`, answer: resumeProject },
  { action: 'sessions.end', method: 'POST', path: `${project}/sessions/end`, answer: endSessions },
  { action: 'key.list', method: 'GET', path: `${project}/keys`, query: ['after', 'limit'], answer: listKeys },
  { action: 'key.generate', method: 'POST', path: `${project}/keys/generate`, answer: generateKey },
  { action: 'key.register', method: 'POST', path: `${project}/keys/register`, answer: registerKey },
  { action: 'key.confirm', method: 'POST', path: `${project}/keys/confirm`, answer: confirmKey },
  { action: 'key.rotate', method: 'POST', path: `${project}/keys/rotate`, answer: rotateKey },
  { action: 'key.revoke', method: 'POST', path: `${project}/keys/revoke`, answer: revokeKey },
  {
    action: 'hosted_key.list',
    method: 'GET',
    path: `${project}/key-set/keys`,
    query: ['after', 'limit'],
    answer: listHostedKeys,
  },
  { action: 'key_set.register', method: 'POST', path: `${project}/key-set/register`, answer: registerKeySet },
  { action: 'key_set.confirm', method: 'POST', path: `${project}/key-set/confirm`, answer: confirmKeySet },
  { action: 'key_set.remove', method: 'POST', path: `${project}/key-set/remove`, answer: removeKeySet },
  {
    action: 'audit.read',
    method: 'GET',
    path: '/audit',
    query: ['project', 'before', 'limit'],
    answer: listAudit,
  },
  { action: 'refusal.find', method: 'GET', path: '/refusals/{id}', answer: getRefusal },
  {
    action: 'refusal.read',
    method: 'GET',
    path: `${project}/refusals/{id}`,
    answer: getRefusalOfProject,
  },
]

async function listProjects({ registry, query }: Call): Promise<Answer> {
  const { after } = query
  const asked: ProjectQuery = { ...(after !== undefined && { after }), ...numberIn(query, 'limit') }
  return ok(await registry.listProjects(asked))
}

async function createProject({ registry, body, by }: Call): Promise<Answer> {
  if (body.id === '.' || body.id === '..') throw invalid('id cannot be a dot or two: no URL could name it')
  const made = await registry.createProject(body, { by })
  return { status: 201, body: made, location: `projects/${encodeURIComponent(made.id)}` }
}

async function getProject({ registry, project }: Call): Promise<Answer> {
  return ok(await registry.getProject(project))
}

async function updateProject({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.updateProject(project, body, { by }))
}

async function deleteProject({ registry, project, query, by }: Call): Promise<Answer> {
  const { reason } = query
  await registry.deleteProject(project, { ...(reason !== undefined && { reason }), by })
  return { status: 204 }
}

async function suspendProject({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.suspendProject(project, { ...body, by }))
}

async function resumeProject({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.resumeProject(project, { ...body, by }))
}

async function endSessions({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.endSessions(project, { ...body, by }))
}

async function listKeys({ registry, project, query }: Call): Promise<Answer> {
  const { after } = query
  const asked: KeyQuery = { ...(after !== undefined && { after }), ...numberIn(query, 'limit') }
  return ok(await registry.listKeys(project, asked))
}

async function generateKey({ registry, project, body, by }: Call): Promise<Answer> {
  return { status: 201, body: await registry.generateKey(project, { ...body, by }) }
}

async function registerKey({ registry, project, body, by }: Call): Promise<Answer> {
  return { status: 201, body: await registry.registerKey(project, { ...body, by }) }
}

async function confirmKey({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.confirmKey(project, { ...(body as object), by } as ConfirmKeyOptions))
}

async function rotateKey({ registry, project, body, by, idempotencyKey }: Call): Promise<Answer> {
  if ('idempotencyKey' in body) throw invalid('Send the idempotency key as the header Idempotency-Key')
  const name = idempotencyKey === undefined ? {} : { idempotencyKey }
  const rotation = await registry.rotateKey(project, { ...body, ...name, by })
  return { status: rotation.repeated ? 200 : 201, body: rotation }
}

async function revokeKey({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.revokeKey(project, { ...(body as object), by } as RevokeKeyOptions))
}

async function listHostedKeys({ registry, project, query }: Call): Promise<Answer> {
  const { after } = query
  const asked: KeyQuery = { ...(after !== undefined && { after }), ...numberIn(query, 'limit') }
  return ok(await registry.listHostedKeys(project, asked))
}

async function registerKeySet({ registry, project, body, by }: Call): Promise<Answer> {
  const options = { ...(body as object), by } as RegisterKeySetOptions
  return { status: 201, body: await registry.registerKeySet(project, options) }
}

async function confirmKeySet({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.confirmKeySet(project, { ...(body as object), by } as ConfirmKeySetOptions))
}

async function removeKeySet({ registry, project, body, by }: Call): Promise<Answer> {
  return ok(await registry.removeKeySet(project, { ...body, by }))
}

async function listAudit({ registry, query }: Call): Promise<Answer> {
  const { project: projectId } = query
  const asked: AuditQuery = {
    ...(projectId !== undefined && { projectId }),
    ...numberIn(query, 'before'),
    ...numberIn(query, 'limit'),
  }
  return ok(await registry.listAudit(asked))
}

async function getRefusal({ registry, id }: Call): Promise<Answer> {
  return ok(await registry.getRefusal(id))
}

async function getRefusalOfProject({ registry, project, id }: Call): Promise<Answer> {
  return ok(await registry.getRefusal(id, { projectId: project }))
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

/** A parameter of the query that is a number; NaN, which the registry refuses, for what is none. */
function numberIn(query: Call['query'], name: 'limit' | 'before'): Partial<Record<typeof name, number>> {
  const text = query[name]
  return text === undefined ? {} : { [name]: /^\d{1,16}$/.test(text) ? Number(text) : NaN }
}
