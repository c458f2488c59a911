import { hasMethod } from '../../options/kinds.js'

/**
 * Receives what PostgreSQL's NOTIFY sends on a channel, until what it resolves to is closed. The handler gets the payload, or
 * nothing when messages may have been lost.
 */
export type PostgresListen = (
  channel: string,
  handler: (payload?: string) => void,
) => Promise<{ close(): Promise<unknown> }>

interface PGliteLike {
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<unknown>>
}

/** That of a PGlite, which resolves to a function that ends it. */
export function ownListen(db: object): PostgresListen | undefined {
  if (!isPGlite(db)) return undefined
  return async (channel, handler) => ({ close: await db.listen(channel, handler) })
}

function isPGlite(db: object): db is PGliteLike {
  return hasMethod(db, 'listen')
}
