import { refusalFactsOf } from '../../errors.js'
import { listDocument } from '../../revocations/list-document.js'
import type { RevocationStore } from '../../revocations/revocation-store.js'
import type { SessionHandler } from './endpoint.js'
import { sendOutage } from './outage.js'

/**
 * Answers with the list of what has ended, for the platform's other services. It names projects: mount it where only they reach it.
 */
export function publishedRevocations(revocations: RevocationStore): SessionHandler {
  return function revocationList(req, res, next) {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.statusCode = 405
      res.setHeader('Allow', 'GET, HEAD')
      res.end()
      return
    }
    // In a function of its own: a store may throw before it returns a promise.
    const listed = (async () => revocations.list())()
    listed
      .then(
        (list) => {
          if (res.headersSent) return
          const body = JSON.stringify(listDocument(list))
          res.statusCode = 200
          res.setHeader('Cache-Control', 'no-store')
          res.setHeader('Content-Type', 'application/json')
          res.end(req.method === 'HEAD' ? undefined : body)
        },
        (error: unknown) => {
          if (refusalFactsOf(error) !== undefined) sendOutage(res)
          else if (next !== undefined) next(error)
          else throw error
        },
      )
      .catch((defect: unknown) => {
        console.error(defect)
      })
  }
}
