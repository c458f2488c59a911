import { describe, expect, it, jest } from '@jest/globals'
import {
  admitProjectKey,
  StoreError,
  type KeyStore,
  type ProjectKey,
  type RefusalReason,
} from '../../lib/index.js'
import { findKey as findKeyNow, requireActive } from '../../lib/verify/key.js'
import { refusalFactsOf } from '../../lib/errors.js'
import { rejection } from '../helpers/rejection.js'
import { expectStepRefusal } from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { now } from '../helpers/mint.js'

const jwk = keyPair('ES256').publicJwk
/** As steps take it: what it refuses at once is a refusal as well. */
const findKey = async (...parameters: Parameters<typeof findKeyNow>) => findKeyNow(...parameters)
const admit = (more: object = {}) => admitProjectKey({ id: 'shop' }, { jwk, kid: 'key-1', ...more })
const key = admit()
const hint = { unverifiedHeader: { kid: 'key-1' }, alg: 'ES256' as const }
const find = (answer: unknown, { projectId = 'shop' } = {}) =>
  findKey({ find: () => answer as ProjectKey }, projectId, hint)

/** Refused like everything that would tell what is stored; only the cause says why. */
async function notVerified(outcome: Promise<unknown>, cause: string, reason: RefusalReason) {
  await expectStepRefusal(() => outcome, 'token_not_verified')
  await expect(outcome).rejects.toMatchObject({ cause })
  await outcome.catch((error: unknown) => {
    expect(refusalFactsOf(error)?.reason).toBe(reason)
  })
}

it('returns the key that the store has, now or later', async () => {
  await expect(find(key)).resolves.toBe(key)
  await expect(find(Promise.resolve(key))).resolves.toBe(key)
})

it('does not wait for an answer that is at hand', () => {
  expect(findKeyNow({ find: () => key }, 'shop', hint)).toBe(key)
})

it('asks the store once, for the project and the kid, as a method of the store', async () => {
  const asked = jest.fn<KeyStore['find']>(() => key)
  const keyStore = { find: asked }
  await findKey(keyStore, 'shop', hint)
  expect(asked.mock.calls).toEqual([['shop', 'key-1']])
  expect(asked.mock.contexts).toEqual([keyStore])
})

it.each([[undefined], [null], [Promise.resolve(undefined)], [Promise.resolve(null)]])(
  'refuses where the store has %p',
  (nothing) => notVerified(find(nothing), 'unknown project or key', 'key_unknown'),
)

it.each([
  ['a project', 'p'.repeat(257), 'key-1'],
  ['a project', 'shop\0', 'key-1'],
  ['a project', ' ', 'key-1'],
  ['a key', 'shop', 'key-1\0'],
  ['a key', 'shop', '\n'],
  ['a key', 'shop', 'k'.repeat(257)],
])('does not ask for %s that nobody can have: %j %j', async (_, projectId, kid) => {
  const asked = jest.fn<KeyStore['find']>(() => key)
  const outcome = findKey({ find: asked }, projectId, { ...hint, unverifiedHeader: { kid } })
  await notVerified(outcome, 'unknown project or key', 'key_unknown')
  expect(asked).not.toHaveBeenCalled()
})

describe('a store that is careless', () => {
  it('lets nobody in with the key of another project', () =>
    notVerified(
      find(key, { projectId: 'rival' }),
      'the key store returned a key of another name',
      'key_foreign',
    ))

  it('lets nobody in with another key', () =>
    notVerified(find(admit({ kid: 'key-2' })), 'the key store returned a key of another name', 'key_foreign'))

  it.each([
    ['a copy of an admitted key', { ...key }],
    ['an heir of an admitted key', Object.create(key) as unknown],
    ['a bare public key', key.publicKey],
    ['a list of keys', [key]],
    ['text', 'key-1'],
    ['true', true],
    ['false', false],
    ['zero', 0],
    ['nothing but quotes', ''],
  ])('is an outage when it returns %s', async (_, answer) => {
    const outcome = find(answer)
    await expectStepRefusal(() => outcome, 'store_unavailable')
    await expect(outcome).rejects.toMatchObject({
      cause: 'the key store returned what admitProjectKey did not make',
    })
  })

  it('is an outage when it returns what cannot even be asked what it is', () => {
    const handler = new Proxy({}, { get: () => () => JSON.parse('{') as never })
    return expectStepRefusal(() => find(new Proxy({}, handler)), 'store_unavailable')
  })

  it('is an outage when it returns a proxy of an admitted key', () =>
    expectStepRefusal(() => find(new Proxy(key, {})), 'store_unavailable'))
})

describe('a key', () => {
  const moment = 1000

  it.each<[string, object, string, RefusalReason, number[], number[]]>([
    [
      'is revoked from revokedAt on',
      { revokedAt: moment },
      'the key is revoked',
      'key_revoked',
      [moment, moment + 1],
      [moment - 1],
    ],
    [
      'is not active before notBefore',
      { notBefore: moment },
      'the key is not active yet',
      'key_not_active',
      [moment - 0.001],
      [moment, moment + 1],
    ],
    [
      'has expired from notAfter on',
      { notAfter: moment },
      'the key has expired',
      'key_expired',
      [moment, moment + 1],
      [moment - 0.001],
    ],
  ])('%s', async (_, period, cause, reason, outside, within) => {
    const limited = admit(period)
    for (const at of within) requireActive(limited, at)
    for (const at of outside) {
      const outcome = Promise.resolve().then(() => {
        requireActive(limited, at)
      })
      await notVerified(outcome, cause, reason)
      await outcome.catch((error: unknown) => {
        expect(refusalFactsOf(error)?.seconds).toBeCloseTo(Math.abs(at - moment), 6)
      })
    }
    // Whether it is active is asked after the signature.
    await expect(find(limited)).resolves.toBe(limited)
  })

  it('is revoked first of all: a period that has not begun does not hide it', async () => {
    const revoked = admit({ revokedAt: 0, notBefore: now + 1 })
    const outcome = Promise.resolve().then(() => {
      requireActive(revoked, now)
    })
    await notVerified(outcome, 'the key is revoked', 'key_revoked')
  })

  it.each(['ES384', 'RS256', 'EdDSA'] as const)('is for one algorithm, not for %s', (alg) =>
    notVerified(
      findKey({ find: () => key }, 'shop', { ...hint, alg }),
      'the algorithm is not that of the key',
      'key_algorithm',
    ),
  )
})

describe('a store that cannot tell', () => {
  const failure = new Error('connection refused')

  it.each<[string, KeyStore['find'], unknown]>([
    [
      'throws',
      () => {
        throw failure
      },
      failure,
    ],
    ['rejects', () => Promise.reject(failure), failure],
    ['rejects with nothing', () => rejection(undefined), undefined],
  ])('is an outage when it %s', async (_, find, cause) => {
    const outcome = findKey({ find }, 'shop', hint)
    await expectStepRefusal(() => outcome, 'store_unavailable')
    await outcome.catch((error: unknown) => {
      expect((error as Error).cause).toBe(cause)
    })
  })

  it('may say so in our words', async () => {
    const own = new StoreError('store_unavailable', { cause: 'too many reads' })
    const outcome = findKey({ find: () => Promise.reject(own) }, 'shop', hint)
    await expectStepRefusal(() => outcome, 'store_unavailable')
    await expect(outcome).rejects.toMatchObject({ cause: 'too many reads' })
  })
})

it('waits for nothing where the store answers at once', () => {
  expect(findKeyNow({ find: () => key }, 'shop', hint)).toBe(key)
})
