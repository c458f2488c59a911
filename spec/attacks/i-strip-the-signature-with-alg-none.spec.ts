import { expect, it } from '@jest/globals'
import { encode, mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const verifier = verifierOf()

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

it.each(['none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'none\0', '', 'es256', 'ES256 ', 'ES256\0'])(
  'refuses alg %j',
  (alg) => expectRefusal(verifier.verify(mint({ header: { alg } })), 'algorithm_not_allowed'),
)

it.each([undefined, null, ['ES256'], { name: 'ES256' }, 256, true])(
  'refuses alg %j, which is no name',
  (alg) => expectRefusal(verifier.verify(mint({ header: { alg } })), 'token_malformed'),
)

it('refuses a token whose signature is left out', async () => {
  const [header, claims] = mint().split('.') as [string, string]
  const none = encode(JSON.stringify({ alg: 'none', kid: 'key-es256' }))
  await expectRefusal(verifier.verify(`${none}.${claims}.`), 'algorithm_not_allowed')
  await expectRefusal(verifier.verify(`${header}.${claims}.`), 'token_malformed')
  await expectRefusal(verifier.verify(`${header}.${claims}`), 'token_malformed')
})
