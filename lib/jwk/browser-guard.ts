/** A private key in a page is public. Throws where there is a document, or in a worker of a page. */
export function refuseBrowser(): void {
  const scope = globalThis as { document?: unknown; importScripts?: unknown }
  if (typeof scope.document !== 'object' && typeof scope.importScripts !== 'function') return
  throw new Error(
    'reverse-jwt/customer signs with a private key and refuses to run in a browser: whoever opens the page would have the key. Sign on your server and hand the page a token. (In tests of server code, use an environment without a DOM.)',
  )
}
