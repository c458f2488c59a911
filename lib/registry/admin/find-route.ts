import { invalid } from '../registry-error.js'
import { adminFault } from './problem.js'
import { routes, type Call, type Route } from './routes.js'

export interface Found {
  readonly route: Route
  /** As in `Call`. */
  readonly project: string
  readonly id: string
  /** What follows the question mark. */
  readonly search: string | undefined
}

/** What a path names. */
interface Names {
  readonly project: string
  readonly id: string
}

/** The route of a request, and what its path names. `url` is what follows the place where the router is mounted. */
export function findRoute(method: string, url: string): Found {
  // At the first one, as URL has it: whoever authorizes must not read another query than the route does.
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  const search = end < 0 ? undefined : url.slice(end + 1)
  const there = routes.flatMap((route) => {
    const names = namesIn(path, route.path)
    return names === undefined ? [] : [{ route, ...names }]
  })
  if (there.length === 0) throw adminFault('route_not_found')
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = there.find(({ route }) => route.method === wanted)
  if (found === undefined) throw adminFault('method_not_allowed', { headers: { Allow: allowed(there) } })
  return { ...found, search }
}

/** What a path names, if it is of this form: '' for what the form has not, undefined when it is another. */
function namesIn(path: string, form: string): Names | undefined {
  const segments = path.split('/')
  const parts = form.split('/')
  if (segments.length !== parts.length) return undefined
  const names = { project: '', id: '' }
  for (const [at, part] of parts.entries()) {
    const segment = segments[at] ?? ''
    if (part === '{project}') names.project = decoded(segment)
    else if (part === '{id}') names.id = decoded(segment)
    else if (part !== segment) return undefined
  }
  return names
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('What the path names must be percent-encoded UTF-8')
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
