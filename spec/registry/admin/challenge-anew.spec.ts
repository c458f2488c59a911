import { expect, it } from '@jest/globals'
import type { KeyChallenge, KeyView } from '../../../lib/registry/index.js'
import { adminApp } from '../../helpers/admin.js'
import { makeKeyPair } from '../../helpers/keys.js'
import { prove } from '../../helpers/possession.js'
import { by, managedShop } from '../../helpers/registry.js'
import { openServer } from '../../helpers/server.js'
import { askAsDocumented, type Asked } from '../asked.js'

const serve = openServer()

it('a pending key is challenged anew with what the list says of it', async () => {
  const { registry } = await managedShop()
  const { kid: replaces } = await registry.generateKey('shop', { by })
  const server = serve(adminApp(registry).app)
  const ask = async (path: string, asked: Asked = {}) =>
    askAsDocumented(server, path, { project: 'shop', ...asked })
  const listed = async () => {
    const { body } = await ask('GET /projects/{project}/keys')
    return (body as { keys: KeyView[] }).keys
  }

  const { publicJwk, privateKey } = makeKeyPair('EdDSA')
  const own = { jwk: publicJwk, kid: 'own', replaces, overlap: 0 }
  await ask('POST /projects/{project}/keys/register', { body: own })
  const { publicJwk: jwk, overlap } = (await listed()).find(({ state }) => state === 'pending') as KeyView
  const anew = await ask('POST /projects/{project}/keys/register', { body: { jwk, replaces, overlap } })
  const { challenge } = anew.body as { challenge: KeyChallenge }
  const body = { kid: 'own', proof: await prove({ privateKey, challenge }) }
  expect(await ask('POST /projects/{project}/keys/confirm', { body })).toMatchObject({ status: 200 })
  expect((await listed()).map(({ kid, state }) => [kid, state]).toSorted()).toEqual(
    [
      [replaces, 'revoked'],
      ['own', 'active'],
    ].toSorted(),
  )
})
