import type { ProjectClient } from './client.js'

/** An address of the client's platform, `/portal` or a whole one. Throws a TypeError for any other. */
export function ownAddress({ origin }: Pick<ProjectClient, 'origin'>, url: string | URL): string {
  const { href } = new URL(url, origin)
  // `wss:` goes where `https:` goes.
  if (!href.replace(/^ws/, 'http').startsWith(`${origin}/`)) throw new TypeError(`Open only ${origin}`)
  return href
}
