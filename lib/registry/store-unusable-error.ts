/**
 * The store of the registry refuses what it is asked, and will go on refusing until somebody changes something outside of this
 * program: a right is missing, `migrate()` has not run, the database is read-only, what is stored cannot be read. `message` says
 * what was being done, what the database said, and what to do. `cause` is the error of the driver.
 *
 * It is for the operator: `message` may name what is in the database, so it is not for whoever called, and `expose` is false.
 * It holds no key. What passes by itself is a `StoreError` (503) instead.
 *
 * @example
 * if (error instanceof StoreUnusableError) console.error(error.message)
 */
export class StoreUnusableError extends Error {
  readonly code = 'store_unusable'
  /** HTTP status. */
  readonly status = 500
  /** The same as `status`. */
  readonly statusCode = 500
  /** `message` is not for the caller. */
  readonly expose = false

  static {
    this.prototype.name = 'StoreUnusableError'
  }
}
