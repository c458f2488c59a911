import { describe, expect, it } from '@jest/globals'
import { StoreError } from '../../../lib/index.js'
import {
  createRegistry,
  PostgresProjectStore,
  RegistryError,
  StoreUnusableError,
} from '../../../lib/registry/index.js'
import { audience, now } from '../../helpers/mint.js'
import { changeOf, projectRecord } from '../../helpers/records.js'
import { rejection } from '../../helpers/rejection.js'

const reasonOf = (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  )

const secret = '10.0.0.5:5432'
const failingWith = (code: string | undefined, message = `permission denied at ${secret}`) => {
  const thrown = Object.assign(new Error(message), code === undefined ? {} : { code })
  return { thrown, store: new PostgresProjectStore({ db: { query: () => Promise.reject(thrown) } }) }
}

type Ask = (store: PostgresProjectStore) => Promise<unknown>
const asks: readonly (readonly [string, Ask])[] = [
  ['migrate', (store) => store.migrate()],
  ['load the project "shop"', (store) => store.load('shop', { now, madeAfter: now })],
  [
    'write the change project.updated of the project "shop"',
    (store) => store.commit(changeOf(projectRecord('shop'))),
  ],
  [
    'revoke a key of the project "shop"',
    (store) => store.revoke({ projectId: 'shop', kid: 'a', reason: 'other', by: 'x', at: 1 }),
  ],
  ['list the projects', (store) => store.list({ limit: 1 })],
  ['list the keys of the project "shop"', (store) => store.listKeys('shop', { limit: 1 })],
  ['list the audit', (store) => store.audit({ limit: 1 })],
  ['note when keys were used last', (store) => store.touch([{ projectId: 'shop', kid: 'a', at: 1 }])],
]

/** Appendix A of PostgreSQL's manual, and what drivers say without a SQLSTATE. */
const passing = [
  ...['08000', '08006', '08P01', '53100', '53200', '53300', '57014', '57P01', '57P02', '57P03', '58030'],
  ...['25P03', '55006', '55P03', 'XX000', 'ECONNREFUSED', 'EPIPE', 'P1001'],
]
const lasting = [
  '0A000',
  '22P02',
  '23514',
  '25006',
  '28P01',
  '3D000',
  '3F000',
  '42501',
  '42P01',
  '42703',
  'XX001',
]

describe.each(asks)('what cannot %s', (doing, ask) => {
  it('is an outage where it passes by itself, which says so without the words of the driver', async () => {
    const { thrown, store } = failingWith('ECONNREFUSED')
    const error = await reasonOf(ask(store))
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({
      status: 503,
      message: `PostgresProjectStore cannot ${doing} right now: the database cannot be asked (ECONNREFUSED). Try again shortly.`,
      cause: thrown,
    })
  })

  it('is no outage where somebody has to change something, and says what the database said', async () => {
    const { thrown, store } = failingWith('42P01', 'relation "reverse_jwt.keys" does not exist\nLINE 1')
    const error = await reasonOf(ask(store))
    expect(error).toBeInstanceOf(StoreUnusableError)
    expect(error).toMatchObject({
      name: 'StoreUnusableError',
      code: 'store_unusable',
      status: 500,
      statusCode: 500,
      expose: false,
      message: `PostgresProjectStore cannot ${doing}: relation "reverse_jwt.keys" does not exist (SQLSTATE 42P01). Run migrate() as the owner of the schema reverse_jwt.`,
      cause: thrown,
    })
  })

  it('never says what a driver throws that is no Error, nor a code that nobody knows', async () => {
    for (const thrown of ['postgres://app:s3cret@10.0.0.5/db failed', { code: 'postgres_s3cret' }]) {
      const db = { query: () => rejection(thrown) }
      const error = await reasonOf(ask(new PostgresProjectStore({ db })))
      expect(error).toMatchObject({
        status: 503,
        message: `PostgresProjectStore cannot ${doing} right now: the database cannot be asked. Try again shortly.`,
      })
    }
  })

  it('is told apart by its SQLSTATE', async () => {
    const statusOf = async (code: string | undefined) => {
      const error = await reasonOf(ask(failingWith(code).store))
      return [code, (error as { status?: unknown }).status]
    }
    expect(await Promise.all(passing.map(statusOf))).toEqual(passing.map((code) => [code, 503]))
    expect(await Promise.all(lasting.map(statusOf))).toEqual(lasting.map((code) => [code, 500]))
    expect(await statusOf(undefined)).toEqual([undefined, 503])
  })
})

it.each([...passing, ...lasting, '22021', '22P05'])(
  'a key that cannot be looked up is an outage to the caller of a verifier, whatever it is: %s',
  async (code) => {
    const { store } = failingWith(code)
    const error = await reasonOf(store.find('Łódź', 'a'))
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({
      status: 503,
      message: 'The token cannot be checked right now. Try again shortly.',
    })
  },
)

it('an operator reads in the cause of that outage what to do', async () => {
  const error = await reasonOf(failingWith('42P01', 'no such relation').store.find('shop', 'a'))
  const { cause } = error as { cause?: unknown }
  expect(cause).toBeInstanceOf(StoreUnusableError)
  expect(cause).toMatchObject({
    message:
      'PostgresProjectStore cannot find a key of the project "shop": no such relation (SQLSTATE 42P01). Run migrate() as the owner of the schema reverse_jwt.',
  })
})

it.each(['22021', '22P05'])(
  'a name that the database cannot write is the mistake of its giver: %s',
  async (code) => {
    const { store } = failingWith(code)
    const registry = createRegistry({ store, audience })
    const error = await reasonOf(registry.createProject({ name: 'Łódź' }, { by: 'x' }))
    expect(error).toBeInstanceOf(RegistryError)
    expect(error).toMatchObject({ code: 'request_invalid', status: 400 })
    // The control: nothing was given that could not be written.
    expect(await reasonOf(registry.createProject({ name: 'Lodz' }, { by: 'x' }))).toBeInstanceOf(
      StoreUnusableError,
    )
  },
)

it('has one line, in ASCII, and not too long, whatever the database says', async () => {
  const message = `no \u202eright\u001b[31m ${'x'.repeat(5_000)}\nsecond line`
  const { message: said } = (await reasonOf(failingWith('42501', message).store.list({ limit: 1 }))) as Error
  expect(said).toMatch(/^[\x20-\x7E]{1,500}$/)
  expect(said).toContain('no \\u202eright\\u001b[31m')
})
