import { describe, expect, it } from '@jest/globals'
import express from 'express'
import { runInNewContext } from 'node:vm'
import request from 'supertest'
import {
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  reverseJwt,
  type VerifierEvent,
} from '../../lib/index.js'
import { createTestProject } from '../../lib/testing/index.js'
import { openServer } from '../helpers/server.js'
import { codesOf, read, sectionOf, tablesOf } from './markdown.js'

const serve = openServer()
const audience = 'https://platform.example'
const allowedOrigins = ['https://shop.example']
const names = {
  shop: createTestProject({ id: 'shop', audience, allowedOrigins }),
  bakery: createTestProject({ id: 'bakery', audience, allowedOrigins }),
  thief: createTestProject({ id: 'shop', audience, allowedOrigins }),
}
const keyStore = new MemoryKeyStore([names.shop.project, names.bakery.project])

/** As the table has it: the code of the answer and the reason of the event. */
async function outcomeOf(call: string): Promise<[code: string, reason: string]> {
  const events: VerifierEvent[] = []
  const app = express()
  const onEvent = (event: VerifierEvent) => events.push(event)
  app.use(reverseJwt({ audience, keyStore, replayStore: new MemoryReplayStore(), onEvent }), (_req, res) => {
    res.json({ code: 'accepted' })
  })
  app.use(problemDetails())
  const headers = runInNewContext(call, names) as Record<string, string>
  const { body } = (await request(serve(app)).get('/').set(headers)) as { body: { code: string } }
  const [event] = events
  return [body.code, event !== undefined && 'reason' in event ? event.reason : '']
}

describe('the requests that docs/testing.md lists', () => {
  const [rows = []] = tablesOf(sectionOf(read('docs/testing.md'), '## What a test can change'))

  it.each(rows.map((row) => row.map((cell) => cell.replaceAll('`', ''))))(
    '%s: %s, %s',
    async (call = '', code = '', reason = '') => {
      expect(await outcomeOf(call)).toEqual([code, reason])
    },
  )

  it('are many, and each has code to copy', () => {
    expect(rows.length).toBeGreaterThanOrEqual(15)
    for (const [call = ''] of rows) expect(codesOf(call)).toHaveLength(1)
  })
})
