import { expect, it } from '@jest/globals'
import request from 'supertest'
import type { KeyStore } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform } from '../helpers/platform.js'
import { expectAnswer, tooLong } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

/** An honest token of at most this length, and as near to it as base64url comes. */
function mintUpTo(length: number): string {
  const mintWith = (note: number) => mint({ claims: { note: 'n'.repeat(note) } })
  let note = Math.floor(((length - mintWith(0).length) * 3) / 4)
  while (mintWith(note).length > length) note--
  return mintWith(note)
}

it('reads a token of 4,096 characters, and nothing of one that is longer', async () => {
  const asked: string[] = []
  const { options } = platform()
  const keyStore: KeyStore = {
    find(projectId, kid) {
      asked.push(kid)
      return options.keyStore.find(projectId, kid)
    },
  }
  const server = serve(appOf({ ...options, keyStore, tokenFrom: ['header', 'body'] }))
  const fits = mintUpTo(4096)
  expect(fits.length).toBeGreaterThan(4092)
  const control = await request(server).get('/portal').auth(fits, { type: 'bearer' })
  expect(control.status).toBe(200)
  expect(asked).toHaveLength(1)

  const huge = [mint({ claims: { note: 'n'.repeat(3000) } }), `${fits}${'A'.repeat(4097 - fits.length)}`]
  for (const token of [...huge, 'a'.repeat(8000), '.'.repeat(4097), 'e30.'.repeat(1100)]) {
    expect(token.length).toBeGreaterThan(4096)
    const inHeader = await request(server).get('/portal').auth(token, { type: 'bearer' })
    expectAnswer(inHeader, 'request_malformed', tooLong)
    const inForm = await request(server).post('/portal').type('form').send({ access_token: token })
    expectAnswer(inForm, 'request_malformed', tooLong)
  }
  expect(asked).toHaveLength(1)
})
