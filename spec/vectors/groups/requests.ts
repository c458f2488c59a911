import { accepts, refuses, type GroupDefinition } from '../definition.js'

const portal = { project: 'portal' }
const scope = (value: unknown) => ({ ...portal, claims: { scope: value } })
const requires = (...names: string[]) => ({ ...portal, request: { scope: names } })
const invalid = (about: string, value: unknown) => refuses('claim_invalid', about, scope(value))

export const scopes: GroupDefinition = {
  name: 'scopes',
  about:
    'Granted is what both the token and the project have; without the claim all that the project has. Here the project has portal:read and portal:write, unless the test says otherwise. A request may require scopes.',
  tests: [
    accepts('no scope', portal),
    accepts('one', { ...scope('portal:read'), granted: ['portal:read'] }),
    accepts('one that the project does not have', {
      ...scope('portal:read portal:admin'),
      granted: ['portal:read'],
    }),
    accepts('a project that has none', { ...scope('portal:read'), project: 'tenant', granted: [] }),
    invalid('empty', ''),
    invalid('two spaces between', 'portal:read  portal:write'),
    invalid('a backslash', 'portal\\read'),
    invalid('a list', ['portal:read']),
    invalid('null', null),
    accepts('the request requires both', requires('portal:read', 'portal:write')),
    refuses('scope_insufficient', 'the request requires both, and one is granted', {
      ...scope('portal:read'),
      ...requires('portal:read', 'portal:write'),
    }),
    refuses('scope_insufficient', 'the request requires what the project does not have', {
      ...scope('portal:read portal:admin'),
      ...requires('portal:admin'),
    }),
  ],
}

const from = (origin?: string) => (origin === undefined ? {} : { request: { origin } })
const claimed = (origin: unknown) => ({ claims: { origin } })
const own = 'https://shop.example'
const notAllowed = 'origin_not_allowed'

export const originClaim: GroupDefinition = {
  name: 'origin-claim',
  about:
    'A token with the claim origin is good for requests with exactly this Origin header. Where request has no origin, the request had no Origin header.',
  tests: [
    accepts('the request comes from there', { ...claimed(own), ...from(own) }),
    refuses(notAllowed, 'the request comes from elsewhere', {
      ...claimed(own),
      ...from('https://other.example'),
    }),
    refuses(notAllowed, 'the request has no Origin', claimed(own)),
    refuses(notAllowed, 'the Origin is null', { ...claimed(own), ...from('null') }),
    refuses(notAllowed, 'both are null, which names no page', { ...claimed('null'), ...from('null') }),
    refuses(notAllowed, 'another port', { ...claimed(own), ...from('https://shop.example:8443') }),
    refuses(notAllowed, 'another case', { ...claimed(own), ...from('https://Shop.example') }),
    accepts('no claim, and a project without allowedOrigins: any', from('https://other.example')),
  ],
}

const pages = { project: 'pages' }
const noPages = { project: 'no-pages' }

export const projectOrigins: GroupDefinition = {
  name: 'project-origins',
  about:
    'A project with allowedOrigins is called from these alone. A request without an Origin header passes: pages send none on page loads and plain GETs to their own origin. An empty list: no page may call.',
  tests: [
    accepts('the first one', { ...pages, ...from(own) }),
    accepts('no Origin', pages),
    refuses(notAllowed, 'one that is not in the list', { ...pages, ...from('https://other.example') }),
    refuses(notAllowed, 'null', { ...pages, ...from('null') }),
    refuses(notAllowed, 'the claim names the Origin, which is not in the list', {
      ...pages,
      ...claimed('https://other.example'),
      ...from('https://other.example'),
    }),
    refuses(notAllowed, 'an empty list', { ...noPages, ...from(own) }),
    accepts('an empty list, no Origin', noPages),
  ],
}

export const requiredOrigin: GroupDefinition = {
  name: 'required-origin',
  about: 'A platform that refuses requests without an Origin.',
  verifier: { requireOrigin: true },
  tests: [
    accepts('an Origin', from(own)),
    refuses(notAllowed, 'no Origin'),
    refuses(notAllowed, 'null', from('null')),
  ],
}
