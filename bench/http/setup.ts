import type { RequestHandler } from 'express'
import type { KeySet } from '../platform.js'

/** What a server is told at its start. */
export interface Setup {
  readonly jwks: KeySet['jwks']
  /** Where peers fetch the same key set. */
  readonly jwksUri: string
  readonly redisPort: number
}

/** What stands before the route, and how the route then knows which project calls. */
export interface Protection {
  readonly handlers: readonly RequestHandler[]
  readonly projectOf: (request: object) => unknown
}
