import { describe, expect, it } from '@jest/globals'
import { partsOf } from '../../../lib/cli/config/platform-parts.js'
import { lines } from './lines.js'

const replayStore = { consume: () => true }
const store = { find: () => undefined, expiringKeys: () => Promise.resolve([]) }
const db = { query: () => Promise.resolve({ rows: [] }) }
const issuer = { ready: () => Promise.resolve(), tokenEndpoint: () => undefined }
const close = () => undefined

const findingsOf = (exported: Record<string, unknown>) => lines(partsOf(exported).findings)

it('takes parts by name, and as members of the default export', () => {
  const all = { replayStore, store, db, issuer, close }
  expect(partsOf(all).parts).toEqual(all)
  expect(partsOf({ default: all }).parts).toEqual(all)
  expect(partsOf({ replayStore, default: { ...all, replayStore: { consume: () => false } } }).parts).toEqual(
    all,
  )
  expect(findingsOf(all)).toEqual(['ok config: the module exports replayStore, store, db, issuer, close'])
})

it('leaves the other exports of a platform alone', () => {
  const others = {
    app: () => undefined,
    verifier: { verify: close },
    keyStore: { find: close },
    redis: {},
    audience: 'https://a.example',
    cors: close,
    then: undefined,
  }
  expect(findingsOf({ replayStore, ...others })).toEqual(['ok config: the module exports replayStore'])
  expect(findingsOf({ db, default: Object.assign(() => 1, { consume: close }) })).toEqual([
    'ok config: the module exports db',
  ])
})

describe('a check is not left out for a spelling', () => {
  it.each([
    [{ replaystore: replayStore }, 'FAIL config: the export "replaystore" looks like replayStore'],
    [{ replayStores: replayStore }, 'FAIL config: the export "replayStores" looks like replayStore'],
    [{ Store: store }, 'FAIL config: the export "Store" looks like store'],
    [{ isuer: issuer }, 'FAIL config: the export "isuer" looks like issuer'],
    [{ redisReplayStore: replayStore }, 'warn config: the export "redisReplayStore" looks like replayStore'],
    [{ projectStore: store }, 'warn config: the export "projectStore" looks like store'],
    [{ pool: db }, 'warn config: the export "pool" looks like db'],
    [{ sessions: issuer }, 'warn config: the export "sessions" looks like issuer'],
    [{ replaystore: undefined }, 'warn config: the export "replaystore" looks like replayStore'],
    [{ closed: close }, 'warn config: the export "closed" looks like close'],
    [
      { default: { replaystore: replayStore } },
      'FAIL config: the export "replaystore" looks like replayStore',
    ],
  ])('%#', (exported, line) => {
    // With a part that is another one, or nothing could be checked.
    const other = line.endsWith('db') ? { issuer } : { db }
    expect(findingsOf({ ...other, ...exported })).toEqual([expect.stringContaining(line)])
    // The control: nothing is missing.
    const all = { replayStore, store, db, issuer, close }
    expect(findingsOf({ ...all, ...exported })).toEqual([expect.stringMatching(/^ok config/)])
  })

  it('says what to do', () => {
    expect(findingsOf({ replaystore: replayStore })).toMatchInlineSnapshot(`
      [
        "FAIL config: the export "replaystore" looks like replayStore, and is not checked under this name -> If it is what the platform uses, export it as replayStore.",
      ]
    `)
    expect(findingsOf({ db, ['s'.repeat(50)]: store })).toMatchInlineSnapshot(`
      [
        "warn config: the export looks like store, and is not checked under this name -> If it is what the platform uses, export it as store.",
      ]
    `)
  })
})

it('says what is wrong with a part, and does not use it', () => {
  const { parts, findings } = partsOf({
    replayStore: undefined,
    store: replayStore,
    db: 'postgres://a:opensesame@b',
    issuer: Promise.resolve(issuer),
    close: 1,
  })
  expect(parts).toEqual({})
  expect(lines(findings)).toMatchInlineSnapshot(`
    [
      "FAIL config: the export replayStore is undefined -> Set the variable that it is made of, or leave the export out.",
      "FAIL config: the export store is of another kind -> It must be a PostgresProjectStore, or a key store of your own.",
      "FAIL config: the export db is of another kind -> It must be an object with query(text, params), as a pg Pool and a PGlite have it.",
      "FAIL config: the export issuer is a Promise -> Await it: export const issuer = await ...",
      "FAIL config: the export close is of another kind -> It must be a function.",
    ]
  `)
})

it('bears an export that cannot be asked', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('x')
      },
    },
  )
  expect(findingsOf({ db, hostile })).toEqual(['ok config: the module exports db'])
  expect(findingsOf({ db: hostile })).toHaveLength(1)
})
