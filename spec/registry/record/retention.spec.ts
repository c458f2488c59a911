import { expect, it } from '@jest/globals'
import { deleteEventsBefore } from '../../../lib/registry/index.js'
import { sqlError } from '../../helpers/fake-record.js'

const yesterday = new Date(Date.now() - 86_400_000)

/** A database that deletes so many rows at a time. */
function deleting(...counts: number[]) {
  const given: unknown[] = []
  const query = (_text: string, params: string[] = []) => {
    given.push(params)
    return Promise.resolve({ rows: [{ record: String(counts.shift()) }] })
  }
  return { db: { query }, given }
}

it('deletes in statements of some thousand rows until none is left', async () => {
  const { db, given } = deleting(5_000, 5_000, 7)
  expect(await deleteEventsBefore(db, yesterday)).toBe(10_007)
  expect(given).toEqual(Array.from({ length: 3 }, () => [String(yesterday.getTime() / 1000)]))
})

it.each([
  ['a number, which may be milliseconds', Date.now() - 1],
  ['a moment to come, up to which all would go', new Date(Date.now() + 60_000)],
  ['no moment', new Date(NaN)],
])('refuses %s', async (_, date) => {
  const { db, given } = deleting(0)
  await expect(deleteEventsBefore(db, date as Date)).rejects.toThrow(
    'deleteEventsBefore: date must be a Date that is over: new Date(Date.now() - 90 * 86_400_000)',
  )
  expect(given).toEqual([])
})

it('says what is in the way', async () => {
  const query = () => Promise.reject(sqlError('42501', 'permission denied for table events'))
  await expect(deleteEventsBefore({ query }, yesterday)).rejects.toThrow(
    'deleteEventsBefore cannot delete events: permission denied for table events (SQLSTATE 42501)',
  )
})
