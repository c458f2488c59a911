import { describe, expect, it } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { corsFor, problemDetails, reverseJwt } from '../../lib/index.js'
import { AllowedOrigins, MemoryProjectStore } from '../../lib/registry/index.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { by, managed } from '../helpers/registry.js'
import { openServer } from '../helpers/server.js'

const home = 'https://shop.example'
const serve = openServer()

/** A platform over a store that counts its reads. */
async function flooded(allowedOrigins: readonly string[] | undefined) {
  const { registry, store } = managed(new MemoryProjectStore())
  await registry.createProject({ id: 'shop', ...(allowedOrigins && { allowedOrigins }) }, { by })
  const reads = { all: 0, fail: false }
  const origins = new AllowedOrigins({
    origins() {
      reads.all++
      return reads.fail ? Promise.reject(new Error('connect ECONNREFUSED')) : store.origins()
    },
    watch: (listener) => store.watch(listener),
  })
  await origins.ready()
  const app = express()
  app.use(corsFor(origins), reverseJwt(platform().options), (_req, res) => {
    res.json({})
  })
  const server = serve(app.use(problemDetails()))
  const ask = (origin: string) => {
    const asks = { Origin: origin, 'Access-Control-Request-Method': 'GET' }
    return request(server).options('/').set(asks)
  }
  return { origins, reads, server, ask }
}

const madeUp = (number: number) => [
  `https://${number}.example`,
  `https://shop.example.${number}.example`,
  `https://${'a'.repeat(9_000)}${number}.example`,
  `${home}, https://${number}.example`,
  `https://${'.'.repeat(5_000)}${number}`,
  `${'a+'.repeat(4_000)}${number}://x`,
]

describe.each([
  ['lists its origins', [home]],
  ['may be called from anywhere', undefined],
])('where a project %s', (_, allowedOrigins) => {
  it('I make up thousands of origins, and the store hears of none, also while it is away', async () => {
    const { origins, reads, server, ask } = await flooded(allowedOrigins)
    const before = reads.all
    reads.fail = true
    for (let number = 0; number < 10; number++) {
      for (const origin of madeUp(number)) expect((await ask(origin)).status).toBe(204)
    }
    for (let number = 0; number < 2_000; number++) {
      for (const origin of madeUp(number)) origins.has(origin)
    }
    expect(reads.all - before).toBeLessThanOrEqual(1)
    // The control: the honest page calls, and reads its answer.
    expect((await ask(home)).headers['access-control-allow-origin']).toBe(home)
    const call = await request(server).get('/').set('Origin', home).auth(mint(), { type: 'bearer' })
    expect([call.status, call.headers['access-control-allow-origin']]).toEqual([200, home])
    await origins.close()
  })

  it('no origin that I join or stretch is known', async () => {
    const { origins, ask } = await flooded(allowedOrigins)
    for (const origin of madeUp(1).slice(2)) {
      expect(origins.has(origin)).toBe(false)
      expect((await ask(origin)).headers).not.toHaveProperty('access-control-allow-origin')
    }
    await origins.close()
  })
})
