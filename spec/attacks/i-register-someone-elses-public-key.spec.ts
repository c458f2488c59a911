import { beforeEach, describe, expect, it } from '@jest/globals'
import { createHmac, sign } from 'node:crypto'
import { createSigner } from '../../lib/customer/index.js'
import type { KeyChallenge } from '../../lib/registry/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { publicFormsOf } from '../helpers/key-wrappings.js'
import { audience, encode, signBytes } from '../helpers/mint.js'
import { by, expectDenial, handOver, managed, type ManagedPlatform } from '../helpers/registry.js'
import { prove } from '../helpers/possession.js'

/** The victim's pair: everybody knows its public half. */
const victim = makeKeyPair('ES256')
const mine = makeKeyPair('ES256')

let platform: ManagedPlatform
let kid: string
let challenge: KeyChallenge
beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by })
  await platform.registry.createProject({ id: 'mine' }, { by })
  ;({ kid, challenge } = await platform.registry.registerKey('mine', { jwk: victim.publicJwk, by }))
})

const confirm = (proof: unknown) => platform.registry.confirmKey('mine', { kid, proof: proof as string, by })
const refused = (what: string) => `The proof of possession is refused: ${what}.`

const honestHeader = () => ({ alg: 'ES256', kid, typ: 'project-key-proof+jwt' })
const honestClaims = () => {
  const { aud, proj_id, nonce, exp } = challenge
  return { aud, proj_id, nonce, exp }
}

/** A proof made by hand; by default as it should be, but for the key that signs. */
function forge({
  header = honestHeader() as object | string,
  claims = honestClaims() as object | string,
  signature = (input: string) => signBytes('ES256', input, mine.privateKey),
}): string {
  const text = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part))
  const input = `${encode(text(header))}.${encode(text(claims))}`
  return `${input}.${encode(signature(input))}`
}
const byVictim = (input: string) => signBytes('ES256', input, victim.privateKey)

async function expectNothingGained(): Promise<void> {
  expect(await platform.store.find('mine', kid)).toBeUndefined()
  expect((await platform.registry.listKeys('mine')).keys).toMatchObject([{ state: 'pending' }])
}

it('is possible for who holds the private half', async () => {
  expect(await confirm(forge({ signature: byVictim }))).toMatchObject({ kid, state: 'active' })
})

const notSigned = refused('it was not signed with the private half of the key')

describe('without the private half', () => {
  it.each<[string, (input: string) => Buffer]>([
    ['my own key', (input) => signBytes('ES256', input, mine.privateKey)],
    ['zeros', () => Buffer.alloc(64)],
    ['nothing', () => Buffer.alloc(0)],
    [
      'the public half as an HMAC secret',
      (input) => createHmac('sha256', JSON.stringify(victim.publicJwk)).update(input).digest(),
    ],
    ['a signature in DER', (input) => sign('sha256', Buffer.from(input), victim.privateKey)],
    ['a signature over something else', () => byVictim('something else')],
  ])('a proof signed with %s is refused', async (_, signature) => {
    await expectDenial(confirm(forge({ signature })), 'proof_invalid', notSigned)
    await expectNothingGained()
  })

  it.each(['none', 'HS256', 'RS256', 'ES384', 'es256', undefined])(
    'a proof of alg %p is refused',
    async (alg) => {
      const wrong =
        alg === undefined
          ? /^.* its header must have alg, kid, typ and nothing else\.$/
          : refused('its alg must be ES256, that of the key')
      const header = JSON.stringify({ ...honestHeader(), alg })
      await expectDenial(confirm(forge({ header, signature: byVictim })), 'proof_invalid', wrong)
      await expectNothingGained()
    },
  )

  it.each([
    ['jwk', mine.publicJwk],
    ['jku', 'https://evil.example/jwks.json'],
    ['x5c', ['AAAA']],
    ['crit', ['exp']],
    ['b64', false],
  ])('a proof that brings its key or its rules along as %s is refused', async (name, value) => {
    const header = { ...honestHeader(), [name]: value }
    await expectDenial(
      confirm(forge({ header })),
      'proof_invalid',
      refused('its header must have alg, kid, typ and nothing else'),
    )
    await expectNothingGained()
  })
})

describe('with a proof that the victim made for something else', () => {
  const proofFor = (other: Partial<KeyChallenge>) =>
    prove({ privateKey: victim.privateKey, challenge: { ...challenge, ...other } })

  it.each<[string, Partial<KeyChallenge>, string]>([
    ['another platform', { aud: 'https://other.example' }, 'its aud is not the name of this platform'],
    ['its own project', { proj_id: 'shop' }, 'its proj_id is not that of the project'],
    ['another kid', { kid: 'key-1' }, 'its kid is not that of the key'],
    ['an older challenge', { nonce: 'n'.repeat(43) }, 'its nonce or exp is not that of the newest challenge'],
    ['another time', { exp: 1 }, 'its nonce or exp is not that of the newest challenge'],
  ])('it is refused: %s', async (_, other, what) => {
    await expectDenial(confirm(await proofFor(other)), 'proof_invalid', refused(what))
    await expectNothingGained()
    expect(await confirm(await proofFor({}))).toMatchObject({ state: 'active' })
  })

  it('a proof that it made for its own project does not work for mine, nor twice', async () => {
    const { registry } = platform
    const own = await registry.registerKey('shop', { jwk: victim.publicJwk, by })
    const proof = await prove({ privateKey: victim.privateKey, challenge: own.challenge })
    await expectDenial(confirm(proof), 'proof_invalid', refused('its proj_id is not that of the project'))
    await registry.confirmKey('shop', { kid, proof, by })
    await expectDenial(confirm(proof), 'proof_invalid', refused('its proj_id is not that of the project'))
    await expectDenial(
      registry.confirmKey('shop', { kid, proof, by }),
      'challenge_used',
      /was answered already/,
    )
    await expectNothingGained()
  })

  it('its project tokens are no proofs', async () => {
    const signer = createSigner({ projectId: 'mine', audience, privateKey: victim.privateKey })
    const token = await signer.sign({ nonce: challenge.nonce })
    await expectDenial(
      confirm(token),
      'proof_invalid',
      refused('its typ must be project-key-proof+jwt; a project token is no proof'),
    )
    await expectNothingGained()
  })
})

describe('with an odd proof', () => {
  const claims = () => JSON.stringify(honestClaims())
  it.each<[string, () => object | string, string]>([
    [
      'a further claim',
      () => ({ ...honestClaims(), jti: 'x' }),
      'its claims set must have aud, proj_id, nonce, exp and nothing else',
    ],
    [
      'a missing claim',
      () => ({ ...honestClaims(), aud: undefined }),
      'its claims set must have aud, proj_id, nonce, exp and nothing else',
    ],
    ['two nonces', () => claims().replace('{', '{"nonce":"x",'), 'it is not a compact JWS of JSON objects'],
    [
      'two nonces, one of them escaped',
      () => claims().replace('{', '{"n\\u006fnce":"x",'),
      'it is not a compact JWS of JSON objects',
    ],
    ['__proto__', () => claims().replace('{', '{"__proto__":{},'), 'it is not a compact JWS of JSON objects'],
    [
      'a list of audiences',
      () => ({ ...honestClaims(), aud: [audience] }),
      'its aud is not the name of this platform',
    ],
    [
      'an exp that is text',
      () => ({ ...honestClaims(), exp: String(challenge.exp) }),
      'its nonce or exp is not that of the newest challenge',
    ],
    [
      'a nonce that is a list',
      () => ({ ...honestClaims(), nonce: [challenge.nonce] }),
      'its nonce or exp is not that of the newest challenge',
    ],
    ['no object', () => '[]', 'it is not a compact JWS of JSON objects'],
  ])('it is refused: %s', async (_, odd, what) => {
    await expectDenial(confirm(forge({ claims: odd(), signature: byVictim })), 'proof_invalid', refused(what))
    await expectNothingGained()
  })

  it.each([undefined, null, 7, {}, [], '', '.', '..', 'a.b', 'a.b.c.d', `${'a'.repeat(4097)}.b.c`, 'é.é.é'])(
    'it is refused: %p',
    async (proof) => {
      const code = proof === undefined ? 'request_invalid' : 'proof_invalid'
      await expectDenial(confirm(proof), code, /./)
      await expectNothingGained()
    },
  )

  it('a fourth segment is refused', async () => {
    await expectDenial(confirm(`${forge({ signature: byVictim })}.x`), 'proof_invalid', notSigned)
    await expectNothingGained()
  })
})

describe('when the key is taken', () => {
  beforeEach(async () => {
    await handOver(platform.registry, 'shop', victim)
  })

  it('nobody learns of it who does not hold the private half', async () => {
    const { registry } = platform
    const taken = await registry.registerKey('mine', { jwk: victim.publicJwk, by })
    const free = await registry.registerKey('mine', { jwk: makeKeyPair('ES256').publicJwk, by })
    expect(Object.keys(taken.challenge)).toEqual(Object.keys(free.challenge))
    for (const { kid, challenge } of [taken, free]) {
      const proof = await prove({ privateKey: mine.privateKey, challenge })
      await expectDenial(registry.confirmKey('mine', { kid, proof, by }), 'proof_invalid', notSigned)
    }
  })

  it.each(publicFormsOf(victim.publicKey))(
    'it stays with its project when I spell it as $name',
    async (form) => {
      const { registry } = platform
      const { challenge } = await registry.registerKey('mine', { jwk: form.given, kid: 'other', by })
      const proof = await prove({ privateKey: victim.privateKey, challenge })
      await expect(registry.confirmKey('mine', { kid: 'other', proof, by })).rejects.toMatchObject({
        code: 'key_exists',
      })
      expect(await platform.store.find('mine', 'other')).toBeUndefined()
    },
  )

  it('it stays with its project, even for who does', async () => {
    const { registry } = platform
    const again = await registry.registerKey('mine', { jwk: victim.publicJwk, kid: 'other', by })
    const proof = await prove({ privateKey: victim.privateKey, challenge: again.challenge })
    const message =
      'The public key of "other" is, or was, in use already: in this project or another. Make a new pair; one key belongs to one project.'
    await expectDenial(registry.confirmKey('mine', { kid: 'other', proof, by }), 'key_exists', message)
    await registry.deleteProject('shop', { by })
    await expectDenial(registry.confirmKey('mine', { kid: 'other', proof, by }), 'key_exists', message)
    expect(await platform.store.find('mine', 'other')).toBeUndefined()
  })
})
