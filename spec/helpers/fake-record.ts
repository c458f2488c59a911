import type { RegistryDatabase } from '../../lib/registry/index.js'
import type { RecordedRow } from './recorded.js'

/** Takes rows as a database does, and does with a statement what a test wants. */
export class FakeDatabase implements RegistryDatabase {
  readonly rows: RecordedRow[] = []
  /** How many statements there were. */
  asked = 0
  /** Answers a statement before its rows are taken: may throw, or never resolve. */
  before: (rows: readonly RecordedRow[]) => unknown = () => undefined

  async query(_text: string, [json = '[]']: string[] = []): Promise<{ rows: unknown[] }> {
    this.asked++
    const rows = JSON.parse(json) as RecordedRow[]
    await this.before(rows)
    this.rows.push(...rows)
    return { rows: [] }
  }
}

/** What a driver throws. */
export const sqlError = (code: string, message = 'No.') => Object.assign(new Error(message), { code })
