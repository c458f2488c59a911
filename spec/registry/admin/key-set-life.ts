import { beforeEach, describe, expect, it } from '@jest/globals'
import type { KeySetChallenge, ProjectStore, Registry } from '../../../lib/registry/index.js'
import { customerHost, keySet } from '../../helpers/customer-host.js'
import { published } from '../../helpers/hosted-platform.js'
import { hostedRegistry } from '../../helpers/hosted-registry.js'
import { keyPair } from '../../helpers/keys.js'
import { prove } from '../../helpers/possession.js'
import type { askAsDocumented, Asked } from '../asked.js'

type Answer = Awaited<ReturnType<typeof askAsDocumented>>

/** The life of a set that a customer hosts. `over` makes the router, `ask` asks it. */
export function describeKeySetLife(
  over: (registry: Registry) => void,
  ask: (name: string, asked?: Asked) => Promise<Answer>,
): void {
  describe('the life of a key set', () => {
    const host = customerHost()
    const path = (what: string) => `POST /projects/{project}/key-set/${what}`
    const { privateKey } = keyPair('ES256')
    let clock: { now: number }
    let store: ProjectStore
    beforeEach(async () => {
      host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
      const platform = await hostedRegistry(host)
      ;({ clock, store } = platform)
      over(platform.registry)
    })

    const register = async () => {
      const { body } = await ask(path('register'), { body: { jwksUri: host.jwksUri } })
      return (body as { challenge: KeySetChallenge }).challenge
    }
    const confirm = async (challenge: KeySetChallenge) =>
      ask(path('confirm'), { body: { proof: await prove({ privateKey, challenge }) } })

    it('is registered and confirmed by a proof, once and in time, and is removed', async () => {
      const proof = { body: { proof: 'e30.e30.AA' } }
      expect(await ask(path('confirm'), proof)).toMatchObject({
        status: 404,
        body: { code: 'key_set_not_found' },
      })
      expect(await ask(path('remove'))).toMatchObject({ status: 404 })
      const late = await register()
      clock.now += 86_401
      expect(await confirm(late)).toMatchObject({ status: 410, body: { code: 'challenge_expired' } })
      const challenge = await register()
      expect(await confirm(late)).toMatchObject({ status: 422, body: { code: 'proof_invalid' } })
      host.names.clear()
      expect(await confirm(challenge)).toMatchObject({ status: 422, body: { code: 'key_set_unreadable' } })
      host.names.set('keys.shop.example', ['127.0.0.1'])
      expect(await confirm(challenge)).toMatchObject({
        status: 200,
        body: { keySet: { jwksUri: host.jwksUri }, keys: [{ kid: 'key-1' }, { kid: 'key-2' }], dropped: [] },
      })
      expect(await confirm(challenge)).toMatchObject({ status: 409, body: { code: 'challenge_used' } })
      await store.noteKeySetRead({
        ...{ projectId: 'shop', jwksUri: host.jwksUri },
        ...{ isRead: false, failure: 'it answered 503' },
      })
      expect((await ask('GET /projects/{project}')).body).toMatchObject({
        keySet: { jwksUri: host.jwksUri, failure: { since: clock.now, cause: 'it answered 503' } },
      })

      const revoked = await ask('POST /projects/{project}/keys/revoke', {
        body: { kid: 'key-1', reason: 'exposed' },
      })
      expect(revoked.body).toMatchObject({ key: { hosted: true, state: 'revoked' } })
      await ask('POST /projects/{project}/keys/revoke', { body: { kid: 'unseen', reason: 'exposed' } })
      const list = 'GET /projects/{project}/key-set/keys'
      const first = (await ask(list, { query: '?limit=1' })).body as { next: string }
      expect(first).toMatchObject({ keys: [{ kid: 'key-1' }] })
      const rest = await ask(list, { query: `?after=${encodeURIComponent(first.next)}` })
      expect(rest.body).toMatchObject({ keys: [{ kid: 'key-2' }, { kid: 'unseen' }] })

      const removed = await ask(path('remove'), { body: { reason: 'moved' } })
      expect(removed.status).toBe(200)
      expect(removed.body).not.toHaveProperty('keySet')
      expect((await ask('GET /audit')).body).toMatchObject({
        records: [
          { action: 'key_set.removed', reason: 'moved' },
          {},
          {},
          { action: 'key_set.confirmed' },
          {},
          {},
          {},
        ],
      })
    })
  })
}
