/**
 * The logins of the console, in the database that all processes of the platform share: what one of them ends has ended in all.
 */
import { StoreError } from 'reverse-jwt'
import type { RegistryDatabase } from 'reverse-jwt/registry'

/** Stays longer than its password and its session can be used, or the password would be good again. */
const keptSeconds = 30 * 86_400

const unavailable = 'Who is logged in cannot be told right now. Try again shortly.'

/** Any number that nobody else locks by: processes that start together wait for one another. */
const table = `DO $table$
BEGIN
  PERFORM pg_advisory_xact_lock(4150627718302);
  CREATE TABLE IF NOT EXISTS demo_console_logins (
    password_hash text PRIMARY KEY,     -- one login for each password
    session_hash text,                  -- NULL: logged out
    expires_at double precision NOT NULL,
    operator text                       -- the name that was given
  );
  ALTER TABLE demo_console_logins ADD COLUMN IF NOT EXISTS operator text;
END
$table$`

export interface ConsoleLogin {
  readonly passwordHash: string
  readonly sessionHash: string
  /** What whoever logs in says they are called. */
  readonly operator: string
}

export class ConsoleLogins {
  private readonly db: RegistryDatabase

  constructor(db: RegistryDatabase) {
    this.db = db
  }

  async migrate(): Promise<void> {
    await this.rows(table)
  }

  /** False where the password has been used before. Times are epoch seconds. */
  async open(login: ConsoleLogin, now: number, expiresAt: number): Promise<boolean> {
    const { passwordHash, sessionHash, operator } = login
    await this.rows('DELETE FROM demo_console_logins WHERE expires_at < $1', [String(now - keptSeconds)])
    const opened = await this.rows(
      `INSERT INTO demo_console_logins (password_hash, session_hash, expires_at, operator)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`,
      [passwordHash, sessionHash, String(expiresAt), operator],
    )
    return opened.length === 1
  }

  async operatorOf(passwordHash: string, sessionHash: string, now: number): Promise<string | undefined> {
    const [login] = await this.rows(
      `SELECT operator FROM demo_console_logins
       WHERE password_hash = $1 AND session_hash = $2 AND expires_at > $3 AND operator IS NOT NULL`,
      [passwordHash, sessionHash, String(now)],
    )
    return (login as Pick<ConsoleLogin, 'operator'> | undefined)?.operator
  }

  async end(passwordHash: string, sessionHash: string): Promise<void> {
    await this.rows(
      'UPDATE demo_console_logins SET session_hash = NULL WHERE password_hash = $1 AND session_hash = $2',
      [passwordHash, sessionHash],
    )
  }

  private async rows(text: string, values: string[] = []): Promise<readonly unknown[]> {
    try {
      return (await this.db.query(text, values)).rows
    } catch (cause) {
      throw new StoreError('store_unavailable', { description: unavailable, cause })
    }
  }
}
