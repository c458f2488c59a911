import type { RequestListener, Server } from 'node:http'
import express5 from 'express'
import request, { type Response } from 'supertest'
import { projectAdmin, type ProjectAdminOptions, type Registry } from '../../lib/registry/index.js'
import type { Express } from './express.js'

/** Who may manage projects in these tests. */
export const operator = 'ops@platform.example'
export const credentials = 'Bearer operator'

/** What the platform was told of. */
export interface AdminApp {
  readonly app: RequestListener
  readonly errors: unknown[]
}

/** A platform that lets one operator manage its projects. */
export function adminApp(
  registry: Registry,
  options: Partial<ProjectAdminOptions> = {},
  express: Express = express5,
): AdminApp {
  const errors: unknown[] = []
  const admin = projectAdmin({
    registry,
    authorize: ({ headers }) => headers.authorization === credentials && { by: operator },
    onError: (error) => errors.push(error),
    ...options,
  })
  const app = express()
  app.use('/admin', admin)
  return { app, errors }
}

export interface Sent {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** Sends what an operator sends; headers to set differently, undefined to leave one out. */
export async function send(
  server: RequestListener | Server,
  method: string,
  path: string,
  { body, headers = {} }: Sent = {},
): Promise<Response> {
  const hasBody = method === 'POST' || method === 'PATCH'
  const usual: Sent['headers'] = {
    authorization: credentials,
    ...(hasBody && { 'content-type': 'application/json' }),
  }
  const given = Object.entries<string | undefined>({ ...usual, ...headers }).filter(
    ([, value]) => value !== undefined,
  )
  const call = request(server)[method.toLowerCase() as 'post'](`/admin${path}`)
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  return call.set(Object.fromEntries(given) as Record<string, string>).send(text)
}
