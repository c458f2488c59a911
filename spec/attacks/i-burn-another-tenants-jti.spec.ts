import { expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { rivalKeys, verifierOf } from '../helpers/platform.js'

const asRival = (jti: string) =>
  mint({
    privateKey: rivalKeys.privateKey,
    header: { kid: 'key-rival' },
    claims: { iss: 'rival', sub: 'rival', proj_id: 'rival', jti },
  })

it('accepts a token whose jti another project has used before', async () => {
  const verifier = verifierOf()
  const jti = 'order-1'
  await expect(verifier.verify(asRival(jti))).resolves.toMatchObject({ project: { id: 'rival' } })
  await expect(verifier.verify(mint({ claims: { jti } }))).resolves.toMatchObject({ project: { id: 'shop' } })
  await expectRefusal(verifier.verify(asRival(jti)), 'token_replayed')
  await expectRefusal(verifier.verify(mint({ claims: { jti } })), 'token_replayed')
})

it('does not let a stranger use up a jti with a token that he cannot sign', async () => {
  const verifier = verifierOf()
  const claims = { jti: 'order-2' }
  await expectRefusal(
    verifier.verify(mint({ claims, privateKey: rivalKeys.privateKey })),
    'token_not_verified',
  )
  await expectRefusal(verifier.verify(mint({ claims, header: { kid: 'key-rival' } })), 'token_not_verified')
  await expect(verifier.verify(mint({ claims }))).resolves.toMatchObject({ project: { id: 'shop' } })
})

// Pairs that read alike when a project and a jti are joined, by nothing or by a separator.
it.each([
  ['p1', '2x', 'p12', 'x'],
  ['p', '12x', 'p1', '2x'],
  ['p', '1:x', 'p:1', 'x'],
  ['p', ':x', 'p:', 'x'],
  ['p', '/x', 'p/', 'x'],
  ['p', '|a|b', 'p|a', 'b'],
  ['p', '.a', 'p.', 'a'],
  ['p', '=a', 'p=', 'a'],
  ['p', '#a', 'p#', 'a'],
  ['p', '","a', 'p","', 'a'],
  ['1', '1', '11', ''.padEnd(1, ' ') + '1'],
  ['{p}', 'x', '{p', '}x'],
])('keeps project %j with jti %j apart from project %j with jti %j', async (one, first, other, second) => {
  const { privateKey, publicJwk: jwk } = makeKeyPair('ES256')
  const kid = 'key-1'
  const keys = [{ jwk, kid }]
  const verifier = verifierOf({}, [
    { id: one, keys },
    { id: other, keys },
  ])
  const sign = (id: string, jti: string) =>
    mint({ privateKey, header: { kid }, claims: { iss: id, sub: id, proj_id: id, jti } })
  await expect(verifier.verify(sign(one, first))).resolves.toMatchObject({ project: { id: one } })
  await expect(verifier.verify(sign(other, second))).resolves.toMatchObject({ project: { id: other } })
  await expectRefusal(verifier.verify(sign(one, first)), 'token_replayed')
  await expectRefusal(verifier.verify(sign(other, second)), 'token_replayed')
})
