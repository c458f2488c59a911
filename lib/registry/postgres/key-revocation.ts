import { escaped } from '../../options/quoted.js'
import type {
  KeyRevocationChange,
  KeyRevocationOutcome,
  RevokedHostedKey,
  RevokedKey,
} from '../store/project-store.js'
import { StoreUnusableError } from '../store-unusable-error.js'
import { databaseFailure, decisionOf } from './database-failure.js'
import { recordOf, type Questions } from './database.js'
import { denyHostedKey } from './key-set-statements.js'
import { revocationParameters } from './rows.js'
import { revoke } from './statements.js'

/** How often it is tried when the database undid it for the sake of another change. */
const maxAttempts = 10

/**
 * Revokes a key, registered or hosted. A change that a statement waited for may have added the key, which the statement then cannot see
 * yet: so each is asked twice before there is no such key.
 */
export async function revokedKey(
  database: Questions,
  revocation: KeyRevocationChange,
  owner: string,
): Promise<KeyRevocationOutcome> {
  const doing = `revoke a key of the project ${escaped(revocation.projectId)}`
  const given = revocationParameters(revocation)
  const ask = async (statement: string) => {
    const [row] = await database.ask(statement, given)
    return row === undefined ? undefined : (recordOf(doing, row) as Answer)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const registered = await ask(revoke)
      if (registered === undefined) return 'project_not_found'
      if ('key' in registered) return registered as RevokedKey
      if (attempt === 1) continue
      const { isTooMany, ...hosted } = (await ask(denyHostedKey)) ?? {}
      if ('hostedKey' in hosted) return hosted as RevokedHostedKey
      if (isTooMany === true) return 'too_many_keys'
      if (attempt > 2) return 'key_not_found'
    } catch (error) {
      if (error instanceof StoreUnusableError) throw error
      const wasUndone = decisionOf(error) === 'stale'
      if (!wasUndone || attempt === maxAttempts) throw databaseFailure(owner, doing, error, given)
    }
  }
}

type Answer = Partial<RevokedKey & RevokedHostedKey> & { readonly isTooMany?: boolean }
