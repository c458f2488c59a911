import { expect, it } from '@jest/globals'
import { createSigner, type ExtraClaims } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'

const { privateKey, publicJwk } = keyPair('ES256')
const signer = createSigner({ projectId: 'shop', audience, privateKey })
const verifier = verifierOf({ clock: () => Date.now() / 1000 }, [shop([], { keys: [{ jwk: publicJwk }] })])

const members = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, 0]))
const list = <T>(count: number, value: T) => Array.from({ length: count }, () => value)
const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])

// Each token has seven claims of the signer's own.
it.each<[string, ExtraClaims, ExtraClaims, RegExp]>([
  ['64 members', members(57), members(58), /hold 65 members in all; platforms refuse more than 64/],
  [
    '64 members of all objects',
    { a: members(27), b: members(28) },
    { a: members(28), b: members(28) },
    /hold 65 members/,
  ],
  ['256 values', { a: list(248, 0) }, { a: list(249, 0) }, /hold 257 values/],
  ['16 objects', { a: list(15, {}) }, { a: list(16, {}) }, /hold 17 objects/],
  ['16 levels', { a: nested(15) }, { a: nested(16) }, /more than 16 levels/],
  ['no name of an index', { a: { '01': 0 } }, { a: [{ '42': 0 }] }, /named like a number/],
])(
  'signs what platforms accept, and nothing that they refuse for its size: %s',
  async (_, most, more, message) => {
    const { projectToken } = await verifier.verify(await signer.sign(most))
    expect(projectToken.claims).toMatchObject(most)
    await expect(signer.sign(more)).rejects.toThrow(message)
    await expect(signer.sign(more)).rejects.toBeInstanceOf(TypeError)
  },
)
