import { argumentReader, type Option } from '../../options/options.js'
import { objectWith } from '../../options/kinds.js'
import { Questions, type RegistryDatabase } from '../postgres/database.js'
import { deleteEvents, maxDeleted } from '../postgres/event-statements.js'

/** A moment that cannot be mistaken: milliseconds for seconds would delete all there is. */
const past: Option<Date> = (given, wrong) => {
  if (given instanceof Date && given.getTime() <= Date.now()) return given
  throw wrong('must be a Date that is over: new Date(Date.now() - 90 * 86_400_000)')
}

const readDb = argumentReader(
  'deleteEventsBefore',
  'db',
  objectWith<RegistryDatabase>('query', 'a pg Pool, or a PGlite, of the owner of the schema reverse_jwt'),
)
const readDate = argumentReader('deleteEventsBefore', 'date', past)

const timeoutMs = 60_000

/**
 * Deletes what `recordEvents` has kept up to a moment, and resolves to how many rows that were. For the owner of the schema, as a job once a day:
 * neither of the two roles of `grants()` may.
 *
 * Some thousand rows in a statement, so nothing waits for it. Throws a TypeError for a wrong argument, a StoreUnusableError where the
 * role may not, and a StoreError when the database cannot be asked; what was deleted until then stays deleted.
 *
 * @example
 * const quarter = 90 * 86_400_000
 * await deleteEventsBefore(db, new Date(Date.now() - quarter))
 */
export async function deleteEventsBefore(db: RegistryDatabase, date: Date): Promise<number> {
  const database = new Questions('deleteEventsBefore', readDb(db), timeoutMs)
  const before = String(readDate(date).getTime() / 1000)
  let deleted = 0
  for (;;) {
    const [count = 0] = await database.records<number>('delete events', deleteEvents, [before])
    deleted += count
    if (count < maxDeleted) return deleted
  }
}
