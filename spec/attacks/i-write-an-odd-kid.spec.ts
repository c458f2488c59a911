import { expect, it } from '@jest/globals'
import { CachedKeyStore, createVerifier, type KeyStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const needsKid = 'The header of the token needs a kid of 1 to 256 characters.'

it('accepts the honest kid', async () => {
  await expect(verifierOf().verify(mint())).resolves.toMatchObject({ projectToken: { kid: 'key-es256' } })
})

it.each([
  '../../etc/passwd',
  '/dev/null',
  "' or '1'='1",
  'key-es256; drop table keys',
  '__proto__',
  'constructor',
  'toString',
  'key-es256\r\nX-Injected: 1',
  'key-es256\0',
  ' key-es256',
  'KEY-ES256',
  'x'.repeat(256),
])('does not find a key under the kid %j', (kid) =>
  expectRefusal(verifierOf().verify(mint({ header: { kid } })), 'token_not_verified'),
)

it.each([
  '',
  'x'.repeat(257),
  'x'.repeat(2000),
  '\ud800',
  7,
  true,
  null,
  undefined,
  ['key-es256'],
  { kid: 'key-es256' },
])('does not even look for the kid %j', (kid) =>
  expectRefusal(verifierOf().verify(mint({ header: { kid } })), 'token_malformed', needsKid),
)

it('asks no store for a name that nothing can be stored under', async () => {
  const asked: string[] = []
  const { options } = platform()
  const keyStore: KeyStore = {
    find: (projectId, kid) => {
      asked.push(kid)
      return options.keyStore.find(projectId, kid)
    },
  }
  const verifier = createVerifier({ ...options, keyStore })
  for (const kid of ['key-es256\0', 'key-es256\r\n', '   ']) {
    await expectRefusal(verifier.verify(mint({ header: { kid } })), 'token_not_verified')
  }
  expect(asked).toEqual([])
  await verifier.verify(mint())
  expect(asked).toEqual(['key-es256'])
})

it('keeps a bounded number of the names that are tried, and the honest key at hand', async () => {
  const { options } = platform()
  const keyStore = new CachedKeyStore(options.keyStore, { capacity: 50 })
  const verifier = createVerifier({ ...options, keyStore })
  await verifier.verify(mint())
  for (let tried = 0; tried < 500; tried++) {
    await expectRefusal(verifier.verify(mint({ header: { kid: `kid-${tried}` } })), 'token_not_verified')
  }
  expect(Reflect.get(keyStore, 'missing')).toHaveProperty('size', 50)
  expect(Reflect.get(keyStore, 'atHand')).toHaveProperty('size', 1)
  await expect(verifier.verify(mint())).resolves.toBeDefined()
})
