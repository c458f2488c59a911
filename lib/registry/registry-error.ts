import { HttpError } from '../http/http-error.js'

/** HTTP status, RFC 9457 title. */
type Answer = readonly [status: 400 | 404 | 409 | 410 | 422, title: string]

/** Why a change is refused, one line a code. */
// prettier-ignore
export const answers = {
  request_invalid: [400, 'Invalid request'],
  proof_invalid: [422, 'Proof of possession failed'],
  key_set_unreadable: [422, 'Key set cannot be read'],
  project_not_found: [404, 'No such project'],
  key_not_found: [404, 'No such key'],
  key_set_not_found: [404, 'No key set'],
  refusal_not_found: [404, 'No such refusal'],
  project_exists: [409, 'Project exists'],
  key_exists: [409, 'Key exists'],
  key_not_active: [409, 'Key not active'],
  too_many_keys: [409, 'Too many keys'],
  challenge_used: [409, 'Challenge already answered'],
  conflict: [409, 'Changed by many at once'],
  challenge_expired: [410, 'Challenge expired'],
} as const satisfies Record<string, Answer>

export type RegistryErrorCode = keyof typeof answers

/**
 * The registry refuses a change. `message` says what is wrong and what to do, to those who manage projects: it may name
 * projects and kids, and holds no key and no nonce. Nothing was changed.
 *
 * An outage of the store is a `StoreError` (503) instead, and a store that somebody has to set right a `StoreUnusableError` (500);
 * whether the change was made is then unknown.
 *
 * @example
 * if (error instanceof RegistryError && error.code === 'key_exists') console.log(error.status, error.message)
 */
export class RegistryError extends HttpError {
  declare readonly code: RegistryErrorCode
  declare readonly status: Answer[0]

  constructor(code: RegistryErrorCode, message: string) {
    const [status, title] = answers[code]
    super({ code, status, title, description: message })
  }

  static {
    this.prototype.name = 'RegistryError'
  }
}

export function invalid(message: string): RegistryError {
  return new RegistryError('request_invalid', message)
}

/** Runs a check whose TypeErrors are for the caller to read. */
export function checkRequest<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof TypeError ? invalid(error.message) : error
  }
}
