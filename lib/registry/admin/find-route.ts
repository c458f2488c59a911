import { invalid } from '../registry-error.js'
import { adminFault } from './problem.js'
import { routes, type Call, type Route } from './routes.js'

export interface Found {
  readonly route: Route
  /** As in `Call`. */
  readonly project: string
  /** What follows the question mark. */
  readonly search: string | undefined
}

/** The route of a request, and the project in its path. `url` is what follows the place where the router is mounted. */
export function findRoute(method: string, url: string): Found {
  // At the first one, as URL has it: whoever authorizes must not read another query than the route does.
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  const search = end < 0 ? undefined : url.slice(end + 1)
  const there = routes.flatMap((route) => {
    const project = projectIn(path, route.path)
    return project === undefined ? [] : [{ route, project }]
  })
  if (there.length === 0) throw adminFault('route_not_found')
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = there.find(({ route }) => route.method === wanted)
  if (found === undefined) throw adminFault('method_not_allowed', { headers: { Allow: allowed(there) } })
  return { ...found, search }
}

/** The project that a path names, if it is of this form: '' when the form has none, undefined when it is another. */
function projectIn(path: string, form: string): string | undefined {
  const segments = path.split('/')
  const names = form.split('/')
  if (segments.length !== names.length) return undefined
  let project = ''
  for (const [at, name] of names.entries()) {
    const segment = segments[at] ?? ''
    if (name === '{project}') project = decoded(segment)
    else if (name !== segment) return undefined
  }
  return project
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('The project in the path must be percent-encoded UTF-8')
  }
}

function allowed(there: readonly { readonly route: Route }[]): string {
  return there.map(({ route }) => (route.method === 'GET' ? 'GET, HEAD' : route.method)).join(', ')
}

export function queryOf({ search, route: { query: known = [] } }: Found): Call['query'] {
  const query = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(search)) {
    if (!known.includes(name) || query.has(name))
      throw invalid(`The query may have, once each: ${known.join(', ') || 'nothing'}`)
    query.set(name, value)
  }
  return Object.fromEntries(query)
}
