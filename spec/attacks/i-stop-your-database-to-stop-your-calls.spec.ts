import { expect, it } from '@jest/globals'
import request from 'supertest'
import { recordEvents } from '../../lib/registry/index.js'
import { FakeDatabase, sqlError } from '../helpers/fake-record.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'

/** An app whose every outcome is recorded. */
function recorded(db: FakeDatabase) {
  const record = recordEvents({ db, flushMs: 1 })
  const { options } = platform()
  return { record, app: appOf({ ...options, onEvent: record.onEvent }) }
}
const call = async (app: ReturnType<typeof appOf>, token = mint()) =>
  (await request(app).get('/portal').set('Authorization', `Bearer ${token}`)).status

it('a record whose database never answers holds up no call', async () => {
  const db = new FakeDatabase()
  db.before = () => new Promise(() => undefined)
  const { record, app } = recorded(db)
  const token = mint()
  expect([await call(app, token), await call(app, token)]).toEqual([200, 401])
  // Until it hangs.
  while (db.asked === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  expect([await call(app), await call(app, token)]).toEqual([200, 401])
  expect([db.asked, db.rows.length, record.dropped]).toEqual([1, 0, 0])
})

it('a record whose database is gone holds up no call, and is complete when it is back: the control', async () => {
  const db = new FakeDatabase()
  db.before = () => {
    throw sqlError('ECONNREFUSED')
  }
  const { record, app } = recorded(db)
  const token = mint()
  expect([await call(app, token), await call(app, token)]).toEqual([200, 401])
  await expect(record.flush()).rejects.toMatchObject({ code: 'store_unavailable' })
  db.before = () => undefined
  await record.close()
  expect(db.rows.map(({ type, count }) => [type, count]).toSorted()).toEqual([
    ['accepted', 1],
    ['refused', 1],
  ])
})
