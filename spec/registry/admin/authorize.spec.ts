import { beforeEach, describe, expect, it } from '@jest/globals'
import type { AdminOperation } from '../../../lib/registry/index.js'
import { routes } from '../../../lib/registry/admin/routes.js'
import { adminApp, credentials, operator, send } from '../../helpers/admin.js'
import { managed, type ManagedPlatform } from '../../helpers/registry.js'
import { openServer } from '../../helpers/server.js'

const serve = openServer()
let platform: ManagedPlatform

beforeEach(async () => {
  platform = managed()
  for (const id of ['shop', 'rival', 'a/b 1']) await platform.registry.createProject({ id }, { by: operator })
})

/** What `authorize` is told of a request. */
async function toldOf(method: string, path: string): Promise<AdminOperation | undefined> {
  const told: AdminOperation[] = []
  const authorize = (_req: unknown, operation: AdminOperation) => {
    told.push(operation)
    return false as const
  }
  const { app } = adminApp(platform.registry, { authorize })
  const answer = await send(serve(app), method, path, { body: method === 'POST' ? {} : undefined })
  expect([answer.status, told.length]).toEqual([403, 1])
  return told[0]
}

describe('authorize is told', () => {
  it.each(routes.map(({ method, path, action }) => [method, path, action] as const))(
    'what %s %s would do, and with which project',
    async (method, path, action) => {
      const project = path.includes('{project}') ? 'shop' : undefined
      expect(await toldOf(method, path.replace('{project}', 'shop'))).toEqual({ action, project })
    },
  )

  it('one name for each route', () => {
    expect(new Set(routes.map(({ action }) => action)).size).toBe(routes.length)
  })

  it('the project as the route will take it', async () => {
    expect(await toldOf('GET', '/projects/a%2Fb%201/keys?nothing=1')).toEqual({
      action: 'key.list',
      project: 'a/b 1',
    })
    expect(await toldOf('HEAD', '/projects/shop')).toEqual({ action: 'project.read', project: 'shop' })
    expect(await toldOf('GET', '/audit?project=shop')).toEqual({ action: 'audit.read', project: 'shop' })
    // All that follows the first question mark is the query, for the route as for everybody else.
    expect(await toldOf('GET', '/audit?project=victim?&project=mine')).toEqual({
      action: 'audit.read',
      project: 'victim?',
    })
    expect(await toldOf('GET', '/projects?project=shop')).toEqual({
      action: 'project.list',
      project: undefined,
    })
  })

  it.each([
    ['PUT', '/projects/shop'],
    ['GET', '/nothing'],
    ['GET', '/projects/shop/nothing'],
    ['GET', '/projects/%ff'],
    ['GET', '/'],
  ])('of %s %s that it is nothing', async (method, path) => {
    expect(await toldOf(method, path)).toEqual({ action: undefined, project: undefined })
  })
})

describe('a tenant who may do something with its own project', () => {
  const own = (_req: unknown, { action, project }: AdminOperation) =>
    project === 'shop' && (action === 'key.list' || action === 'key.rotate') && { by: 'dev@shop.example' }

  it('does that, and learns nothing of what else there is', async () => {
    const { app, errors } = adminApp(platform.registry, { authorize: own })
    const server = serve(app)
    const ask = async (method: string, path: string) => {
      const { status, text } = await send(server, method, path, { headers: { authorization: credentials } })
      return [status, status < 300 ? '' : (JSON.parse(text) as { code: string }).code]
    }
    expect(await ask('GET', '/projects/shop/keys')).toEqual([200, ''])
    expect(await ask('GET', '/projects/%73hop/keys')).toEqual([200, ''])
    expect(await ask('POST', '/projects/shop/keys/rotate')).toEqual([409, 'key_not_active'])
    for (const [method = '', path = ''] of [
      ['GET', '/projects'],
      ['POST', '/projects'],
      ['GET', '/projects/shop'],
      ['DELETE', '/projects/shop'],
      ['GET', '/projects/rival/keys'],
      ['GET', '/projects/nobody/keys'],
      ['GET', '/projects/shop%00/keys'],
      ['GET', '/projects/shop/../rival/keys'],
      ['GET', '/projects/shop%2F..%2Frival/keys'],
      ['GET', '/projects/%ff/keys'],
      ['PUT', '/projects/shop/keys'],
      ['POST', '/projects/rival/keys/rotate'],
      ['GET', '/audit?project=shop'],
      ['GET', '/nothing'],
    ])
      expect([method, path, await ask(method, path)]).toEqual([method, path, [403, 'forbidden']])
    expect(errors).toEqual([])
  })
})
