import { afterAll, beforeAll } from '@jest/globals'
import type { OpenClient } from './redis-clients.js'

/** A client from before the tests of this block until after them. */
export function clientDuring<Client>(open: () => Promise<OpenClient<Client>>): () => Client {
  let opened: OpenClient<Client> | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => {
    opened?.close()
  })
  return () => {
    if (opened === undefined) throw new Error('beforeAll has not run')
    return opened.client
  }
}
