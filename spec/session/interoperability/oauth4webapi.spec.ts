import { beforeAll, describe, expect, it } from '@jest/globals'
import * as oauth from 'oauth4webapi'
import { createSessionVerifier } from '../../../lib/session/index.js'
import { grantType, pageOrigin } from '../platform.js'
import { algorithms, livePlatform } from './live-platform.js'

// eslint-disable-next-line @typescript-eslint/no-deprecated -- Marked so to be conspicuous: the platform of the tests has no certificate.
const onThisMachine = { [oauth.allowInsecureRequests]: true }

describe.each(algorithms)('oauth4webapi, with %s', (alg) => {
  const live = livePlatform(alg)
  let server: oauth.AuthorizationServer

  beforeAll(async () => {
    const address = new URL(live.issuer)
    const response = await oauth.discoveryRequest(address, { algorithm: 'oauth2', ...onThisMachine })
    server = await oauth.processDiscoveryResponse(address, response)
  })

  /** It names itself in every request. */
  async function exchange(assertion: string, client: oauth.Client = { client_id: 'shop' }) {
    const form = { assertion, scope: 'portal:read' }
    const options = { ...onThisMachine, headers: { Origin: pageOrigin } }
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      oauth.None(),
      grantType,
      form,
      options,
    )
    return oauth.processGenericTokenEndpointResponse(server, client, response)
  }

  function read(token: string) {
    const headers = { Authorization: `Bearer ${token}` }
    const request = new Request('https://platform.example/orders', { headers })
    return oauth.validateJwtAccessToken(server, request, live.issuer, onThisMachine)
  }

  it('gets a session by the address of the issuer alone', async () => {
    const session = await exchange(live.projectToken())
    expect(session).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'portal:read' })
    expect(await read(session.access_token)).toMatchObject({ client_id: 'shop', origin: pageOrigin })
  })

  it('understands why there is none', async () => {
    const used = live.projectToken()
    await exchange(used)
    const refusal = await exchange(used).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(oauth.ResponseBodyError)
    expect(refusal).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringContaining('used before') as unknown,
      status: 400,
      cause: { code: 'token_replayed', retry: 'fresh-token' },
    })
  })

  it('gets none under the name of another project', async () => {
    await expect(exchange(live.projectToken(), { client_id: 'rival' })).rejects.toMatchObject({
      error: 'invalid_client',
    })
  })

  it('ends a session', async () => {
    const { access_token } = await exchange(live.projectToken())
    const client = { client_id: 'shop' }
    const response = await oauth.revocationRequest(server, client, oauth.None(), access_token, onThisMachine)
    await oauth.processRevocationResponse(response)
    const sessions = createSessionVerifier({
      issuer: live.issuer,
      revocations: { url: `${live.issuer}/internal/revocations` },
    })
    await expect(sessions.verify(live.session)).resolves.toMatchObject({ projectId: 'shop' })
    await expect(sessions.verify(access_token)).rejects.toMatchObject({ code: 'session_revoked' })
    sessions.close()
  })

  it.each<[string, () => string, RegExp]>([
    ['a session with a wrong signature', () => live.forged, /signature verification failed/],
    ['a project token', () => live.projectToken(), /unexpected JWT "typ" header parameter value/],
  ])('refuses %s', async (_, token, why) => {
    await expect(read(token())).rejects.toMatchObject({
      message: expect.stringMatching(why) as unknown,
    })
  })
})
