import { listDocument } from '../../revocations/list-document.js'
import type { RevocationStore } from '../../revocations/revocation-store.js'
import type { SessionHandler } from './endpoint.js'
import { refusesWrites, sendOutage } from './publication.js'

/**
 * Answers with the list of what has ended, for the platform's other services. It names projects: mount it where only they reach it.
 */
export function publishedRevocations(revocations: RevocationStore): SessionHandler {
  return function revocationList(req, res) {
    if (refusesWrites(req, res)) return
    bodyOf(revocations).then(
      (body) => {
        if (res.headersSent) return
        res.statusCode = 200
        res.setHeader('Cache-Control', 'no-store')
        res.setHeader('Content-Type', 'application/json')
        res.end(req.method === 'HEAD' ? undefined : body)
      },
      () => {
        sendOutage(res)
      },
    )
  }
}

/** Rejects for whatever a store throws or answers in its place: then it cannot be told what has ended. */
async function bodyOf(revocations: RevocationStore): Promise<string> {
  return JSON.stringify(listDocument(await revocations.list()))
}
