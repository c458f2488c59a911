import { beforeEach, describe, expect, it } from '@jest/globals'
import { thumbprint } from '../../../lib/jwk/thumbprint.js'
import { customerHost, hostName, keySet, text } from '../../helpers/customer-host.js'
import { published } from '../../helpers/hosted-platform.js'
import { hostedRegistry } from '../../helpers/hosted-registry.js'
import { keyPair, makeKeyPair } from '../../helpers/keys.js'
import { audience, now } from '../../helpers/mint.js'
import { prove } from '../../helpers/possession.js'
import { by, expectDenial, handOver } from '../../helpers/registry.js'
import { until } from '../../helpers/until.js'

const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1'), published('key-2', 'EdDSA')])
})

const { privateKey } = keyPair('ES256')
const kidsOf = (keys: readonly { readonly kid: string }[]) => keys.map(({ kid }) => kid).toSorted()
const refused = (what: string) => `The proof of possession is refused: ${what}.`

describe('registerKeySet', () => {
  it('answers with a challenge for the address, reads nothing, and keeps no nonce', async () => {
    const { registry, store } = await hostedRegistry(host)
    const { challenge } = await registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    expect(challenge).toEqual({
      aud: audience,
      proj_id: 'shop',
      jwks_uri: host.jwksUri,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      exp: now + 86_400,
    })
    expect([host.resolved, host.tried]).toEqual([[], 0])
    const pendingKeySet = { jwksUri: host.jwksUri, challengeExpiresAt: now + 86_400 }
    expect(await registry.getProject('shop')).toMatchObject({ pendingKeySet })
    const stored = JSON.stringify([
      await store.load('shop', { now, madeAfter: now }),
      await store.audit({ limit: 9 }),
    ])
    expect(stored).not.toContain(challenge.nonce)
  })

  it.each([
    ['http://shop.example/jwks.json', 'it is not https'],
    ['https://127.1/jwks.json', 'its host must be a name with a dot, no address and not localhost'],
    ['https://[::1]/', 'its host must be a name with a dot, no address and not localhost'],
    ['https://localhost/', 'its host must be a name with a dot, no address and not localhost'],
    ['https://shop.example./', 'its host must be a name with a dot, no address and not localhost'],
    ['https://me:pass@shop.example/', 'it holds a user name or a password'],
    ['https://shop.example/#', 'it has a fragment'],
    ['https://shop.example:8443/', 'its port is not one that is allowed here'],
    ['jwks.json', 'it is no URL'],
  ])('refuses %s', async (jwksUri, why) => {
    const { registry } = await hostedRegistry(host)
    await expectDenial(
      registry.registerKeySet('shop', { jwksUri, by }),
      'request_invalid',
      `registerKeySet: jwksUri is no address of a key set: ${why}`,
    )
    expect(await registry.getProject('shop')).not.toHaveProperty('pendingKeySet')
  })

  it.each<unknown>([undefined, 7, new URL('https://shop.example/')])('refuses %p', async (jwksUri) => {
    const { registry } = await hostedRegistry(host)
    const options = { jwksUri: jwksUri as string, by }
    await expectDenial(
      registry.registerKeySet('shop', options),
      'request_invalid',
      /^registerKeySet: jwksUri /,
    )
  })

  it.each([
    ['as it came', `https://shop.example/${'a'.repeat(2_048)}`],
    ['as it is read', `https://shop.example/${'é'.repeat(400)}`],
  ])('refuses an address that is too long %s', async (_, jwksUri) => {
    const { registry } = await hostedRegistry(host)
    const registration = registry.registerKeySet('shop', { jwksUri, by })
    await expectDenial(registration, 'request_invalid', /^registerKeySet: jwksUri (is no|has more than 2048)/)
  })

  it('has one spelling of an address', async () => {
    const { registry } = await hostedRegistry(host)
    const jwksUri = `HTTPS://Keys.Shop.Example:${host.port}/a/../é.json`
    const { challenge } = await registry.registerKeySet('shop', { jwksUri, by })
    expect(challenge.jwks_uri).toBe(`https://${hostName}:${host.port}/%C3%A9.json`)
  })

  it('again makes the older challenge worthless', async () => {
    const { registry } = await hostedRegistry(host)
    const register = () => registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    const first = await register()
    const second = await register()
    const confirm = async ({ challenge }: typeof first) =>
      registry.confirmKeySet('shop', { proof: await prove({ privateKey, challenge }), by })
    const worthless = refused('its nonce or exp is not that of the newest challenge')
    await expectDenial(confirm(first), 'proof_invalid', worthless)
    expect(host.asked).toEqual([])
    await confirm(second)
    await expectDenial(confirm(second), 'challenge_used', /was answered already/)
  })

  it('is of no deleted project and none that nobody made, and of a suspended one', async () => {
    const { registry, hand } = await hostedRegistry(host)
    const missing = registry.registerKeySet('nobody', { jwksUri: host.jwksUri, by })
    await expectDenial(missing, 'project_not_found', 'There is no project "nobody".')
    await registry.suspendProject('shop', { by })
    await hand()
    expect(await registry.getProject('shop')).toMatchObject({ suspended: true, keySet: {} })
    await registry.deleteProject('shop', { by })
    await expectDenial(hand(), 'project_not_found', /no project/)
  })
})

describe('confirmKeySet', () => {
  it('reads the set once, and has its keys in the project, the list, the audit and the events', async () => {
    host.answer = keySet([published('key-1'), { ...published('key-2', 'EdDSA'), d: 'x'.repeat(43) }])
    const { registry, events, hand } = await hostedRegistry(host)
    const confirmation = await hand()
    const view = {
      hosted: true,
      kid: 'key-1',
      state: 'active',
      alg: 'ES256',
      publicJwk: published('key-1'),
      firstSeen: now,
    }
    expect(confirmation).toEqual({
      keySet: { jwksUri: host.jwksUri, confirmedAt: now },
      keys: [view],
      dropped: [{ kid: 'key-2', reason: 'private' }],
    })
    expect(host.asked).toHaveLength(1)
    const project = await registry.getProject('shop')
    expect(project.keySet).toEqual({ jwksUri: host.jwksUri, confirmedAt: now, readAt: now })
    expect(project).not.toHaveProperty('pendingKeySet')
    expect(await registry.listHostedKeys('shop')).toEqual({ keys: [view] })
    const [record] = (await registry.listAudit({ limit: 1 })).records
    expect(record).toMatchObject({
      action: 'key_set.confirmed',
      by,
      kid: 'key-1',
      before: { project: { pendingKeySet: { jwksUri: host.jwksUri } } },
      after: { project: { keySet: { jwksUri: host.jwksUri } }, hostedKeys: [view] },
    })
    expect(record?.before).not.toHaveProperty('hostedKeys')
    expect(events.map((event) => event.record.action)).toEqual(['key_set.registered', 'key_set.confirmed'])
  })

  it.each(['EdDSA', 'ES256'])(
    'takes the proof of any key of the set, named by its thumbprint, too: %s',
    async (alg) => {
      const { hand } = await hostedRegistry(host)
      expect((await hand(alg)).keys).toHaveLength(2)
    },
  )

  it('tries each RSA key once', async () => {
    host.answer = keySet([published('rsa', 'RS256')])
    const { hand } = await hostedRegistry(host)
    expect(await hand('RS256')).toMatchObject({ keys: [{ kid: 'rsa', alg: 'RS256' }] })
  })

  it.each<[string, unknown[], string]>([
    ['by a key that is not in the set', [published('key-2', 'EdDSA')], 'no key of the set has its kid'],
    [
      'by a key under whose kid there are two',
      [published('key-1'), { ...published('key-1', 'EdDSA') }],
      'no key of the set has its kid',
    ],
    [
      'for another algorithm than that of the key',
      [{ ...published('key-rs', 'RS256'), alg: 'PS256', kid: thumbprint(keyPair('RS256').publicJwk) }],
      'its alg must be PS256, that of the key',
    ],
  ])('refuses a proof %s, and the challenge stays open', async (_, keys, why) => {
    host.answer = keySet(keys)
    const { registry, hand } = await hostedRegistry(host)
    await expectDenial(hand(why.includes('PS256') ? 'RS256' : 'ES256'), 'proof_invalid', refused(why))
    expect(await registry.getProject('shop')).toHaveProperty('pendingKeySet')
    expect((await registry.listHostedKeys('shop')).keys).toEqual([])
    expect((await registry.listAudit()).records[0]).toMatchObject({ action: 'key_set.registered' })
  })

  it.each<[string, Parameters<typeof text>]>([
    ['it answered 404', ['', 404]],
    ['it answered no JSON object', ['<html>']],
    ['it has no keys', ['{}']],
  ])('says that the set cannot be read: %s', async (why, answer) => {
    host.answer = text(...answer)
    const { registry, hand } = await hostedRegistry(host)
    await expectDenial(
      hand(),
      'key_set_unreadable',
      `Nothing was changed: the key set cannot be read: ${why}.`,
    )
    expect(await registry.getProject('shop')).not.toHaveProperty('keySet')
  })

  it('reads one set of a project at a time, and eight of all', async () => {
    const { registry } = await hostedRegistry(host)
    const ids = Array.from({ length: 9 }, (_, index) => `p${index}`)
    let answerAll: () => void = () => undefined
    const all = new Promise<void>((resolve) => (answerAll = resolve))
    host.answer = (req, res) => {
      void all.then(() => {
        keySet([published('key-1')])(req, res)
      })
    }
    const confirm = async (id: string) => {
      const { challenge } = await registry.registerKeySet(id, { jwksUri: host.jwksUri, by })
      return registry.confirmKeySet(id, { proof: await prove({ privateKey, challenge }), by })
    }
    for (const id of ids) await registry.createProject({ id }, { by })
    const confirmations = ids.slice(1).map(confirm)
    await until('eight are read', () => host.asked.length === 8)
    for (const id of ['p0', 'p1']) await expectDenial(confirm(id), 'conflict', /^Too many key sets/)
    answerAll()
    const outcomes = await Promise.allSettled(confirmations)
    // The challenge of the one that was asked twice was made anew meanwhile.
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array<string>(7).fill('fulfilled')])
    await confirm('p0')
  })

  it('connects to no address that is not public', async () => {
    host.names.set(hostName, ['127.0.0.1', '169.254.169.254'])
    const { hand } = await hostedRegistry(host)
    await expectDenial(hand(), 'key_set_unreadable', /has no address, or one that is not public/)
    expect(host.tried).toBe(0)
  })

  it('needs a registration that waits, and its challenge in time', async () => {
    const { registry, clock } = await hostedRegistry(host)
    const confirm = (proof: string) => registry.confirmKeySet('shop', { proof, by })
    await expectDenial(confirm('x'), 'key_set_not_found', 'The project "shop" has no key set.')
    const { challenge } = await registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    const proof = await prove({ privateKey, challenge })
    clock.now = challenge.exp
    await expectDenial(confirm(proof), 'challenge_expired', /has expired\. Register the set again/)
    expect(host.asked).toEqual([])
  })

  it('moves to another address: until then the keys of the one before count, then those that are gone do not', async () => {
    const { registry, store, hand } = await hostedRegistry(host)
    await hand()
    const moved = `${host.jwksUri}?2`
    host.answer = keySet([published('key-2', 'EdDSA'), published('key-3', 'ES384')])
    const { challenge } = await registry.registerKeySet('shop', { jwksUri: moved, by })
    expect(await store.keySet('shop')).toMatchObject({ jwksUri: host.jwksUri })
    const proof = await prove({ privateKey: keyPair('ES384').privateKey, challenge })
    const { keys } = await registry.confirmKeySet('shop', { proof, by })
    expect(kidsOf(keys)).toEqual(['key-2', 'key-3'])
    expect(await store.keySet('shop')).toMatchObject({ jwksUri: moved })
    const states = (await registry.listHostedKeys('shop')).keys.map(({ kid, state }) => [kid, state])
    expect(Object.fromEntries(states)).toEqual({ 'key-1': 'removed', 'key-2': 'active', 'key-3': 'active' })
  })

  it('lets a customer host the very key that is registered, which then stays the registered one', async () => {
    const { registry, hand } = await hostedRegistry(host)
    await handOver(registry, 'shop', keyPair('ES256'), { kid: 'key-1' })
    expect(kidsOf((await hand()).keys)).toEqual(['key-2'])
    const { key } = await registry.revokeKey('shop', { kid: 'key-1', reason: 'unused', by })
    expect(key).not.toHaveProperty('hosted')
    await expectDenial(hand(), 'proof_invalid', refused('the key that signed it is revoked'))
  })

  it('takes no proof by a key whose kid is that of another key', async () => {
    const { registry, hand } = await hostedRegistry(host)
    await handOver(registry, 'shop', makeKeyPair('ES256'), { kid: 'key-1' })
    await expectDenial(hand(), 'proof_invalid', refused('its kid stands for another key of the project'))
  })

  it('remembers 1,000 kids of a project, and takes no set that has further ones', async () => {
    const { registry, store, hand } = await hostedRegistry(host)
    const { publicJwk } = keyPair('ES256')
    const record = await store.load('shop', { now, madeAfter: now })
    const hostedKeys = Array.from({ length: 999 }, (_, index) => ({
      ...{ kid: `old-${index}`, alg: 'ES256' as const, publicJwk, thumbprint: `${index}` },
      firstSeen: now,
      removedAt: now,
    }))
    const project = { project: { id: 'shop' }, createdAt: now, updatedAt: now, version: 2 }
    const audit = {
      at: now,
      by,
      action: 'key_set.changed' as const,
      projectId: 'shop',
      before: {},
      after: {},
    }
    expect(record?.version).toBe(1)
    await store.commit({ project, keys: [], hostedKeys, audit })
    await expectDenial(hand(), 'too_many_keys', /has had 1000 kids, the maximum/)
    host.answer = keySet([published('key-1')])
    await hand()
    expect((await registry.listHostedKeys('shop', { limit: 500 })).keys).toHaveLength(500)
  })
})
