/** The platform's API, as the console uses it. */

const timeoutMs = 10_000

/** What the platform says is wrong. */
export class Problem extends Error {
  constructor(status, { code, detail, field } = {}) {
    super(detail ?? 'The platform cannot be reached. Is it still running?')
    this.status = status
    this.code = code
    this.field = field
  }
}

async function ask(method, path, body, headers = {}) {
  let response
  try {
    response = await fetch(`/console${path}`, {
      method,
      headers: method === 'GET' ? headers : { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch {
    throw new Problem(0)
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (response.ok) return answer
  throw new Problem(response.status, answer)
}

const project = (id) => `/api/projects/${encodeURIComponent(id)}`
const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return `?${new URLSearchParams(given)}`
}

export const readSession = () => ask('GET', '/session')
export const logIn = (name, password) => ask('POST', '/login', { name, password })
export const logOut = () => ask('POST', '/logout')
export const listProjects = (after, limit) => ask('GET', `/api/projects${query({ after, limit })}`)
export const readProject = (id) => ask('GET', project(id))
export const createProject = (settings) => ask('POST', '/api/projects', settings)
export const updateProject = (id, changes) => ask('PATCH', project(id), changes)
export const suspendProject = (id, options) => ask('POST', `${project(id)}/suspend`, options)
export const resumeProject = (id) => ask('POST', `${project(id)}/resume`, {})
export const deleteProject = (id, reason) => ask('DELETE', `${project(id)}${query({ reason })}`)
/** All keys of a project. */
export const listKeys = (id) => allKeys(`${project(id)}/keys`)
/** Every key that its key set ever had. */
export const listHostedKeys = (id) => allKeys(`${project(id)}/key-set/keys`)
async function allKeys(path) {
  const keys = []
  let after
  do {
    const page = await ask('GET', `${path}${query({ after, limit: 500 })}`)
    keys.push(...page.keys)
    after = page.next
  } while (after !== undefined)
  return { keys }
}
export const generateKey = (id, options) => ask('POST', `${project(id)}/keys/generate`, options)
export const registerKey = (id, options) => ask('POST', `${project(id)}/keys/register`, options)
export const confirmKey = (id, options) => ask('POST', `${project(id)}/keys/confirm`, options)
export const rotateKey = (id, options, name) =>
  ask('POST', `${project(id)}/keys/rotate`, options, { 'idempotency-key': name })
export const revokeKey = (id, options) => ask('POST', `${project(id)}/keys/revoke`, options)
export const registerKeySet = (id, jwksUri) => ask('POST', `${project(id)}/key-set/register`, { jwksUri })
export const confirmKeySet = (id, proof) => ask('POST', `${project(id)}/key-set/confirm`, { proof })
export const removeKeySet = (id, options) => ask('POST', `${project(id)}/key-set/remove`, options)
/** An event that was refused, by its id. */
export const readRefusal = (id) => ask('GET', `/api/refusals/${encodeURIComponent(id)}`)
export const audit = (about, before) =>
  ask('GET', `/api/audit${query({ project: about, before, limit: 20 })}`)
