import { describe, expect, it } from '@jest/globals'
import request, { type Response } from 'supertest'
import { problemDetails, projectTokenOf, reverseJwt } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** The shop has portal:read and portal:write, the rival has no scope. */
function doors(express: Express) {
  const { options } = platform()
  const app = express()
  for (const [path, scope] of Object.entries({
    '/read': 'portal:read',
    '/both': ['portal:write', 'portal:read'],
    '/spaces': 'portal:read portal:write',
    '/admin': 'portal:admin',
    '/nothing': [],
  })) {
    if (path === '/nothing') app.get(path, reverseJwt(options))
    else app.get(path, reverseJwt({ ...options, scope }))
  }
  app.use((req, res) => {
    res.json({ scopes: projectTokenOf(req).scopes })
  })
  app.use(problemDetails())
  return app
}

function expectInsufficient(answer: Response, scope: string): void {
  expect(answer.status).toBe(403)
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="reverse-jwt", error="insufficient_scope", error_description="The token does not grant what this resource requires.", scope="${scope}"`,
  )
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.body).toMatchObject({
    status: 403,
    code: 'scope_insufficient',
    error: 'insufficient_scope',
    retry: 'no',
  })
}

describe.each(expresses)('%s', (_, express) => {
  const get = (path: string, token: string) =>
    request(serve(doors(express)))
      .get(path)
      .auth(token, { type: 'bearer' })

  it.each(['/read', '/both', '/spaces', '/nothing'])(
    'lets a token without a scope claim use all scopes of its project at %s',
    async (path) => {
      const answer = await get(path, mint())
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({ scopes: ['portal:read', 'portal:write'] })
    },
  )

  it('refuses a token that asked for less than all that are required', async () => {
    const token = () => mint({ claims: { scope: 'portal:read' } })
    expect((await get('/read', token())).body).toEqual({ scopes: ['portal:read'] })
    expectInsufficient(await get('/both', token()), 'portal:write portal:read')
    expectInsufficient(await get('/spaces', token()), 'portal:read portal:write')
  })

  it('refuses a scope that the project does not have, whatever the token says', async () => {
    expectInsufficient(await get('/admin', mint()), 'portal:admin')
    expectInsufficient(await get('/admin', mint({ claims: { scope: 'portal:admin' } })), 'portal:admin')
    expectInsufficient(await get('/read', mintRival({ claims: { scope: 'portal:read' } })), 'portal:read')
    expect((await get('/nothing', mintRival())).body).toEqual({ scopes: [] })
  })

  it('compares whole names, with their case', async () => {
    for (const scope of ['portal', 'portal:rea', 'portal:readx', 'PORTAL:READ']) {
      expectInsufficient(await get('/read', mint({ claims: { scope } })), 'portal:read')
    }
  })

  it('does not use up a token that it refuses', async () => {
    const server = serve(doors(express))
    const token = mint()
    expectInsufficient(await request(server).get('/admin').auth(token, { type: 'bearer' }), 'portal:admin')
    const answer = await request(server).get('/read').auth(token, { type: 'bearer' })
    expect(answer.status).toBe(200)
  })
})
