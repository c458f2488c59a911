import express, { type RequestHandler } from 'express'
import { fileURLToPath } from 'node:url'

/** The page's client, as the package has it, at the address that README shows. */
export function pageFiles(): RequestHandler {
  return express
    .Router()
    .use('/reverse-jwt', express.static(fileURLToPath(new URL('../../lib/browser', import.meta.url))))
}

export interface Reached {
  readonly method: string
  readonly path: string
  readonly hasToken: boolean
}

/** Writes down each request but the preflights. */
export function reachedBy(reached: Reached[]): RequestHandler {
  return (req, _res, next) => {
    reached.push({ method: req.method, path: req.path, hasToken: req.headers.authorization !== undefined })
    next()
  }
}
