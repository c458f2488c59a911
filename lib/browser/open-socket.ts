import type { ProjectClient } from './client.js'
import { ownAddress } from './own-address.js'

/**
 * Opens a WebSocket of the platform, with a new token, or with the session where the client has one.
 *
 *     GET /live HTTP/1.1
 *     Origin: https://shop.example
 *     Sec-WebSocket-Protocol: reverse-jwt, reverse-jwt.token.eyJ...
 *
 * The token is in a header and not in the address, which logs keep. The platform takes it by `socketCredentials`, and answers with one
 * of the other `protocols`; the default is `['reverse-jwt']`.
 *
 * Throws a TypeError for an address of another origin than the client's, and what `client.credential()` throws. A refusal of the platform comes as
 * the event `close` with 1006, and without a reason: a browser tells none. Does not open a socket again that has closed: that needs
 * another token, so call it again. RFC 6455 section 1.9.
 *
 * @example
 * const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
 * const socket = await openSocket(client, '/live')
 * socket.addEventListener('message', ({ data }) => showMessage(data))
 */
export async function openSocket(
  client: Pick<ProjectClient, 'origin' | 'credential'>,
  url: string | URL,
  protocols: readonly string[] = ['reverse-jwt'],
): Promise<WebSocket> {
  const address = ownAddress(client, url)
  const credential = await client.credential()
  return new WebSocket(address.replace(/^http/, 'ws'), [...protocols, `reverse-jwt.token.${credential}`])
}
