import { beforeEach, describe, expect, it } from '@jest/globals'
import { proveKeyPossession, type KeySetChallenge } from '../../lib/customer/index.js'
import { customerHost, keySet } from '../helpers/customer-host.js'
import { published } from '../helpers/hosted-platform.js'
import { hostedRegistry } from '../helpers/hosted-registry.js'
import { keyPair, makeKeyPair } from '../helpers/keys.js'
import { audience, encode, signBytes } from '../helpers/mint.js'
import { by, expectDenial } from '../helpers/registry.js'

/** The set at the host is that of a customer; everybody can read it. */
const host = customerHost()
beforeEach(() => {
  host.answer = keySet([published('key-1')])
})

const victim = keyPair('ES256')
const mine = makeKeyPair('ES256')
const refused = (what: string) => `The proof of possession is refused: ${what}.`

/** The challenge for the customer's set, which I have registered for my project. */
async function registered() {
  const platform = await hostedRegistry(host)
  await platform.registry.createProject({ id: 'mine' }, { by })
  const { challenge } = await platform.registry.registerKeySet('mine', { jwksUri: host.jwksUri, by })
  const confirm = (proof: string) => platform.registry.confirmKeySet('mine', { proof, by })
  return { ...platform, challenge, confirm }
}

interface Forgery {
  readonly header?: object
  readonly claims?: object
  readonly key?: typeof victim
}

/** A proof made by hand; by default as it should be, but for the key that signs. */
function forge(challenge: KeySetChallenge, { header = {}, claims = {}, key = mine }: Forgery): string {
  const parts = [
    { alg: 'ES256', kid: 'key-1', typ: 'project-key-proof+jwt', ...header },
    { ...challenge, ...claims },
  ]
  const input = parts.map((part) => encode(JSON.stringify(part))).join('.')
  return `${input}.${encode(signBytes('ES256', input, key.privateKey))}`
}

it('is possible for who holds a key of the set', async () => {
  const { challenge, confirm, store } = await registered()
  expect(await confirm(forge(challenge, { key: victim }))).toMatchObject({ keys: [{ kid: 'key-1' }] })
  expect(await store.keySet('mine')).toMatchObject({ jwksUri: host.jwksUri })
})

describe('without a key of the set', () => {
  it.each<[string, Forgery, string]>([
    ['under the kid of one', {}, 'it was not signed with the private half of the key'],
    ['under a kid of my own', { header: { kid: 'mine' } }, 'no key of the set has its kid'],
    ['without a kid', { header: { kid: undefined } }, 'its header must have alg, kid, typ and nothing else'],
    ['with a list as its kid', { header: { kid: ['key-1'] } }, 'its kid must name a key of the set'],
    [
      'with the key inside',
      { header: { jwk: mine.publicJwk } },
      'its header must have alg, kid, typ and nothing else',
    ],
    ['for another algorithm', { header: { alg: 'ES384' } }, 'its alg must be ES256, that of the key'],
    [
      'as a project token',
      { header: { typ: 'project-auth+jwt' } },
      'its typ must be project-key-proof+jwt; a project token is no proof',
    ],
  ])('a proof %s is refused', async (_, forgery, why) => {
    const { challenge, confirm, store } = await registered()
    await expectDenial(confirm(forge(challenge, forgery)), 'proof_invalid', refused(why))
    expect(await store.keySet('mine')).toBeUndefined()
  })
})

describe('with a proof of the customer for something else', () => {
  it.each<[string, object, string]>([
    ['for their own project', { proj_id: 'shop' }, 'its proj_id is not that of the project'],
    ['for another platform', { aud: 'https://other.example' }, 'its aud is not the name of this platform'],
    [
      'for another address',
      { jwks_uri: 'https://other.example/' },
      'its jwks_uri is not the address that was registered',
    ],
    [
      'for an older challenge',
      { nonce: 'n'.repeat(43) },
      'its nonce or exp is not that of the newest challenge',
    ],
    ['for a later time', { exp: 9_999_999_999 }, 'its nonce or exp is not that of the newest challenge'],
    [
      'for a key',
      { jwks_uri: undefined },
      'its claims set must have aud, proj_id, jwks_uri, nonce, exp and nothing else',
    ],
  ])('%s: it is refused before the set is read', async (_, claims, why) => {
    const { challenge, confirm } = await registered()
    const proof = forge(challenge, { claims, key: victim })
    await expectDenial(confirm(proof), 'proof_invalid', refused(why))
    expect(host.asked).toEqual([])
  })

  it('nor is the proof for a set one for a key', async () => {
    const { registry, challenge } = await registered()
    const { kid } = await registry.registerKey('mine', { jwk: victim.publicJwk, kid: 'key-1', by })
    const proof = forge(challenge, { key: victim })
    await expectDenial(
      registry.confirmKey('mine', { kid, proof, by }),
      'proof_invalid',
      refused('its claims set must have aud, proj_id, nonce, exp and nothing else'),
    )
  })
})

describe('by the customer, who answers a challenge that I pass on', () => {
  const answer = (
    challenge: KeySetChallenge,
    projectId = 'shop',
    jwksUri: string | undefined = host.jwksUri,
  ) =>
    proveKeyPossession({
      ...{ privateKey: victim.privateKey, challenge, audience, projectId },
      ...(jwksUri !== '' && { jwksUri }),
    })

  it('they answer their own', async () => {
    const { registry } = await registered()
    const { challenge } = await registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    await registry.confirmKeySet('shop', { proof: await answer(challenge), by })
  })

  it.each<[string, string, string, RegExp]>([
    ['for my project', 'mine', '', /proj_id of the challenge is not projectId\. Do not answer it/],
    [
      'for a set of mine that has their public key beside my own',
      'shop',
      '?mine',
      /jwks_uri of the challenge is not jwksUri\. Do not answer it/,
    ],
  ])('they do not answer one %s', async (_, projectId, search, why) => {
    const { registry } = await registered()
    const { challenge } = await registry.registerKeySet(projectId, {
      jwksUri: `${host.jwksUri}${search}`,
      by,
    })
    await expect(answer(challenge)).rejects.toThrow(why)
  })

  it('they do not answer one without a look at the address', async () => {
    const { registry } = await registered()
    const { challenge } = await registry.registerKeySet('shop', { jwksUri: host.jwksUri, by })
    await expect(answer(challenge, 'shop', '')).rejects.toThrow(
      'proveKeyPossession: jwksUri is missing: the challenge has jwks_uri, which must be yours',
    )
  })
})

it('a set that is another one when it is read counts as it is then', async () => {
  const { challenge, confirm, store } = await registered()
  host.answer = keySet([{ ...mine.publicJwk, kid: 'key-1' }])
  await expectDenial(
    confirm(forge(challenge, { key: victim })),
    'proof_invalid',
    refused('it was not signed with the private half of the key'),
  )
  expect(await store.keySet('mine')).toBeUndefined()
})

it('the same address for my project gives me nothing of theirs', async () => {
  const { registry, hand, store } = await registered()
  await hand()
  await expectDenial(hand('EdDSA', 'mine'), 'proof_invalid', refused('no key of the set has its kid'))
  expect(await registry.getProject('shop')).toMatchObject({ keySet: { jwksUri: host.jwksUri } })
  expect(await store.keySet('mine')).toBeUndefined()
})
