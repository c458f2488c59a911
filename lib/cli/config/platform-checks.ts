import type { Finding } from '../finding.js'
import { clockFindings } from './clock.js'
import { databaseFindings, inspect } from './database.js'
import { grantFindings } from './grants.js'
import { keyFindings } from './keys.js'
import type { PlatformParts } from './platform-parts.js'
import { healthOf, replayStoreFindings } from './replay-store.js'
import { signingKeyFindings } from './signing-keys.js'

/** Looks at each part that there is. Changes nothing in any store. */
export async function checkParts({ replayStore, store, db, issuer }: PlatformParts): Promise<Finding[]> {
  const [health, asked, keys, signingKeys] = await Promise.all([
    replayStore === undefined ? undefined : healthOf(replayStore),
    db === undefined ? undefined : inspect(db),
    store === undefined ? skipped('keys', 'store') : keyFindings(store),
    issuer === undefined ? skipped('signing-keys', 'issuer') : signingKeyFindings(issuer),
  ])
  return [
    ...(replayStore === undefined
      ? skipped('replay-store', 'replayStore')
      : replayStoreFindings(replayStore, health)),
    ...(asked === undefined ? skipped('database', 'db') : databaseFindings(asked)),
    ...(db === undefined || asked === undefined ? skipped('grants', 'db') : await grantFindings(db, asked)),
    ...keys,
    ...signingKeys,
    ...clockFindings(asked, health),
  ]
}

function skipped(check: string, part: string): Finding[] {
  return [{ check, result: 'skip', text: `the module exports no ${part} that can be asked` }]
}
