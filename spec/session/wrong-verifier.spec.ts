import { expect, it } from '@jest/globals'
import request from 'supertest'
import { createVerifier, reverseJwt } from '../../lib/index.js'
import {
  createSessionIssuer,
  createSessionVerifier,
  sessionAuth,
  type SessionVerifier,
} from '../../lib/session/index.js'
import { platform } from '../helpers/platform.js'
import { openServer } from '../helpers/server.js'
import { issuerName, issuing, platformKey, serviceOf } from './platform.js'

const serve = openServer()
const ofTokens = createVerifier(platform().options)
const ofSessions = createSessionVerifier({ issuer: issuerName })

it.each<[string, () => unknown]>([
  ['sessionAuth', () => sessionAuth({ verifier: ofTokens as never })],
  ['reverseJwt', () => reverseJwt({ verifier: ofSessions as never })],
  [
    'createSessionIssuer',
    () =>
      createSessionIssuer({
        issuer: issuerName,
        verifier: ofSessions as never,
        signingKeys: [{ privateKey: platformKey() }],
      }),
  ],
])('%s takes no verifier of the other kind', (name, make) => {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(new RegExp(`^${name}: verifier must be what create`))
})

it.each<[string, () => unknown]>([
  ['nothing', () => Promise.resolve(undefined)],
  ['an empty object', () => Promise.resolve({})],
  ['an empty project', () => Promise.resolve({ projectId: '' })],
  [
    'an error at once',
    () => {
      throw new Error('a verifier of my own')
    },
  ],
])('lets nobody pass by a verifier of one’s own that gives %s', async (_, authenticate) => {
  const verifier = { ...ofSessions, authenticate } as SessionVerifier
  const answer = await request(serve(serviceOf({ verifier }))).get('/orders')
  expect(answer.status).toBe(500)
})

it('takes no issuer of the same process under another name', () => {
  expect(() => createSessionVerifier({ issuer: 'https://other.example', keys: issuing().issuer })).toThrow(
    /keys are of the issuer https:\/\/platform\.example, and issuer is https:\/\/other\.example/,
  )
})
