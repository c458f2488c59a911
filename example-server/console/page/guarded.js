import { isLoggedIn, showLogin } from './login.js'
import { sayProblem, worked } from './messages.js'

/** What a button does: says under this name what went wrong, until it works. */
export function guarded(name, work) {
  return async (...given) => {
    try {
      await work(...given)
      worked(name)
    } catch (error) {
      if (error.status === 403 && isLoggedIn()) showLogin()
      else sayProblem(name, error)
    }
  }
}
