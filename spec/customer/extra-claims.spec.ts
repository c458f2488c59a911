import { describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createSigner, type ExtraClaims } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'

const { privateKey } = keyPair('ES256')
const signer = createSigner({ projectId: 'shop', audience, privateKey })
const signed = async (extra: object) => decodeJwt(await signer.sign(extra as ExtraClaims))

/** Says one thing when it is asked first, another ever after. */
const changing = (first: unknown, then: unknown) => {
  let asked = 0
  return () => (asked++ === 0 ? first : then)
}

describe('a claim that changes while the token is signed', () => {
  it.each([
    ['a getter', { get: changing('portal:read', 'portal:read portal:admin') }],
    ['a getter that loses it', { get: changing('portal:read', undefined) }],
  ])('by %s is signed as it was when it was checked', async (_what, property) => {
    const extra = Object.defineProperty({}, 'scope', { enumerable: true, ...property })
    expect(await signed(extra)).toMatchObject({ scope: 'portal:read' })
  })

  it('by a getter further in is signed as it was first', async () => {
    const user = Object.defineProperty({}, 'id', { enumerable: true, get: changing(1, 2) })
    expect(await signed({ user })).toMatchObject({ user: { id: 1 } })
  })

  it('by toJSON is checked as it will be signed', async () => {
    const extra = { scope: { toJSON: changing('portal:read', 'portal:read portal:admin') } }
    expect(await signed(extra)).toMatchObject({ scope: 'portal:read' })
    const wrong = new TypeError('The claim scope must be a string, names with one space between')
    await expect(signed({ scope: { toJSON: () => ['portal:read'] } })).rejects.toEqual(wrong)
    const lost = new TypeError('The claim scope is undefined; set it or leave it out')
    await expect(signed({ scope: { toJSON: () => undefined } })).rejects.toEqual(lost)
    await expect(signed({ scope: Symbol('portal:read') })).rejects.toEqual(lost)
  })

  it('by a Proxy that hides a name until it was checked', async () => {
    const ownKeys = changing(['user'], ['user', 'exp', 'proj_id']) as () => string[]
    const extra = new Proxy({ user: 1, exp: 9e9, proj_id: 'rival' }, { ownKeys })
    expect(await signed(extra)).toMatchObject({ user: 1, proj_id: 'shop' })
    const shown = new Proxy(
      { user: 1, scope: 'a' },
      { ownKeys: changing(['user'], ['user', 'scope']) as () => string[] },
    )
    expect(await signed(shown)).not.toHaveProperty('scope')
  })
})

it('a claim is copied at once: what becomes of the object later is not signed', async () => {
  const extra = { scope: 'portal:read', user: { id: 1 } }
  const token = signed(extra)
  extra.scope = 'portal:admin'
  extra.user.id = 2
  expect(await token).toMatchObject({ scope: 'portal:read', user: { id: 1 } })
})

it('a claim may be whatever JSON has a word for', async () => {
  const at = new Date(0)
  const extra = { text: 'é', none: null, list: [1, { deep: [true] }], at, nothing: { left: undefined } }
  expect(await signed(extra)).toMatchObject({ ...extra, at: at.toJSON(), nothing: {} })
})
