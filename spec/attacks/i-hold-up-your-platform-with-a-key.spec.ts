import { describe, expect, it } from '@jest/globals'
import { bytesOf } from '../helpers/der.js'
import { makeKeyPair } from '../helpers/keys.js'
import { by, expectDenial, managed } from '../helpers/registry.js'
import { primeOf2203Bits, soundModulus } from '../helpers/rsa-numbers.js'

const rsa = (n: bigint) => ({ kty: 'RSA', n: bytesOf(n).toString('base64url'), e: 'AQAB' })
const weak = 'the RSA modulus is a prime, so anyone can sign with it; make a new key'

/** Counts how often the event loop could serve somebody else until the promise is settled. */
async function turnsDuring(outcome: Promise<unknown>): Promise<number> {
  let turns = 0
  let settled = false
  const count = () => {
    turns++
    if (!settled) setImmediate(count)
  }
  setImmediate(count)
  await outcome.catch(() => undefined)
  settled = true
  return turns
}

async function shop() {
  const { registry } = managed()
  await registry.createProject({ id: 'shop' }, { by })
  return registry
}

describe('an RSA key that is registered', () => {
  it.each([2048, 4096])('of %d bits lets others be served while it is looked at', async (bits) => {
    const registry = await shop()
    const jwk = rsa(soundModulus(bits))
    // A step is 32 bits of the modulus; the first is taken at once.
    expect(await turnsDuring(registry.registerKey('shop', { jwk, by }))).toBeGreaterThanOrEqual(bits / 32 - 1)
    expect((await registry.listKeys('shop')).keys).toHaveLength(1)
    // The control: another kind of key needs no such look.
    const other = registry.registerKey('shop', { jwk: makeKeyPair('ES256').publicJwk, by })
    expect(await turnsDuring(other)).toBeLessThan(10)
  })

  it('is refused when its modulus is a prime, in the same words as everywhere', async () => {
    const registry = await shop()
    const registered = registry.registerKey('shop', { jwk: rsa(primeOf2203Bits), kid: 'key-1', by })
    await expectDenial(registered, 'request_invalid', `Project "shop", key "key-1": ${weak}`)
    expect((await registry.listKeys('shop')).keys).toEqual([])
  })

  it('waits for its turn: two at once take as long as one after the other', async () => {
    const registry = await shop()
    const [first, second] = [soundModulus(2048), soundModulus(2050)].map(rsa)
    const both = Promise.all(
      [first, second].map((jwk) => registry.registerKey('shop', { jwk: jwk ?? {}, by })),
    )
    expect(await turnsDuring(both)).toBeGreaterThanOrEqual(2 * (64 - 1))
    expect((await registry.listKeys('shop')).keys).toHaveLength(2)
  })
})

describe('a text that is registered as a key', () => {
  it.each(['-----BEGIN ', '-----BEGIN_PRIVAT '])(
    'is refused though it holds nothing but %s, a megabyte of it',
    async (beginning) => {
      const registry = await shop()
      const pem = beginning.repeat(1e6 / beginning.length)
      const registered = registry.registerKey('shop', { pem, kid: 'key-1', by })
      await expect(registered).rejects.toThrow('is too long to be a key')
      // The control: the same with a private key in it is one.
      const exposed = registry.registerKey('shop', { pem: `${pem}-----BEGIN PRIVATE`, kid: 'key-1', by })
      await expect(exposed).rejects.toThrow('this is a private key')
    },
  )
})
