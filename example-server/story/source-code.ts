/** The code behind each step of the demo, to be read where it is used: a list of places, and pages that show the files. */
import { Router } from 'express'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentOf } from './document.js'
import { htmlText } from './html-text.js'

/** Each file, and a text that stands in one line of it. Nothing else can be asked for. */
export const places: Readonly<Record<string, readonly [file: string, text: string]>> = {
  endpoint: ['example-server/customer.ts', 'tokenEndpoint({'],
  'get-token': ['example-server/page/page.js', 'await backend.token('],
  'token-endpoint-docs': ['docs/token-endpoint.md', '# '],
  call: ['example-server/page/page.js', 'client.fetch(route'],
  verify: ['example-server/platform.ts', "app.get('/api/plain'"],
  'browser-docs': ['docs/browser.md', '# '],
  steps: ['lib/verifier.ts', 'function steps('],
  'replay-docs': ['docs/replay.md', '# '],
  'odd-tokens': ['example-server/story/odd-tokens.ts', 'export function oddTokens('],
  attacks: ['example-server/story/page/attacks.js', 'export const attacks'],
  'threat-docs': ['docs/threat-model.md', '# '],
  session: ['example-server/page/session.js', 'session: { services: [orders] },'],
  issuer: ['example-server/platform.ts', 'createSessionIssuer({'],
  orders: ['example-server/orders.ts', 'createSessionVerifier({'],
  'session-docs': ['docs/sessions.md', '# '],
  'open-portal': ['example-server/page/portal.js', 'portal = openPortal('],
  portal: ['example-server/portal/page/portal.js', 'getToken: receiveToken'],
  'portal-docs': ['docs/portal.md', '# '],
  revocations: ['example-server/operations/served-projects.ts', 'new RegistryRevocations('],
  'keys-docs': ['docs/keys.md', '# '],
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const files = new Set(Object.values(places).map(([file]) => file))

export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** Where it is now. The files may be edited while the demo runs. */
export function placeOf(name: string): Place | undefined {
  const [file, text] = Object.hasOwn(places, name) ? (places[name] ?? []) : []
  if (file === undefined || text === undefined) return undefined
  const index = linesOf(file).findIndex((line) => line.includes(text))
  return { file, line: Math.max(0, index) + 1 }
}

const isDocument = (file: string) => file.endsWith('.md')

function linesOf(file: string): string[] {
  return readFileSync(root + file, 'utf8')
    .trimEnd()
    .split('\n')
}

export function sourceCodeRouter(): Router {
  const router = Router()
  router.get('/places.json', (_req, res) => {
    res.json(Object.fromEntries(Object.keys(places).map((name) => [name, placeOf(name)])))
  })
  router.get('/at/:name', (req, res, next) => {
    const place = placeOf(req.params.name)
    if (place === undefined) next()
    else res.redirect(`${req.baseUrl}/${place.file}${isDocument(place.file) ? '' : `#L${place.line}`}`)
  })
  router.get('/*file', (req, res, next) => {
    const file = [req.params.file].flat().join('/')
    if (files.has(file)) res.type('html').send(pageOf(file))
    else next()
  })
  return router
}

function pageOf(file: string): string {
  const lines = linesOf(file)
  if (isDocument(file)) {
    const body = documentOf(lines.join('\n'), file, (other) => files.has(other))
    return page(file, 'document', `<p><code>${file}</code></p><article>${body}</article>`)
  }
  const numbered = lines.map((line, index) => `<span id="L${index + 1}">${htmlText(line) || ' '}</span>`)
  return page(file, 'source', `<h1><code>${file}</code></h1><pre class="source">${numbered.join('')}</pre>`)
}

function page(title: string, style: string, content: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" />
    <link rel="stylesheet" href="/page.css" />
    <link rel="stylesheet" href="/story/${style}.css" />
  </head>
  <body>
    <main>
      <p class="back"><a href="/">Back to the demo</a></p>
      ${content}
    </main>
  </body>
</html>
`
}
