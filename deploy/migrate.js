/**
 * Brings the database to what the installed version needs, and gives each role its rights and its password. As the owner: before the
 * platform starts, and after each update of the package. Harmless when repeated.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import { grants, PostgresProjectStore } from 'reverse-jwt/registry'
import { secret } from './secret.js'

/** The database keeps this and not the password; so its log has no password either. RFC 5802, RFC 7677. */
function scramVerifier(password) {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (text) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  const serverKey = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

const db = new pg.Client({ password: () => secret('owner-password') })
await db.connect()
await new PostgresProjectStore({ db }).migrate()

// A process has a pool of ten connections and three that listen; in a rolling restart there are three of them.
const roles = [
  { name: 'platform_api', limit: 50, password: secret('verifier-password') },
  { name: 'platform_admin', limit: 10, password: secret('registry-password') },
]
for (const { name, limit, password } of roles) {
  const { rowCount } = await db.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])
  if (rowCount === 0) await db.query(`CREATE ROLE ${name}`)
  await db.query(`ALTER ROLE ${name} LOGIN CONNECTION LIMIT ${limit} PASSWORD '${scramVerifier(password)}'`)
}
await db.query(grants({ registry: 'platform_admin', verifier: 'platform_api' }))
await db.end()
console.log('the database is ready')
