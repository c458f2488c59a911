import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { decodeProtectedHeader } from 'jose'
import { keyPair } from '../../helpers/keys.js'
import { openServer } from '../../helpers/server.js'
import { monotonicClock } from '../other-server.js'
import type { SigningKeyInput } from '../../../lib/session/index.js'
import { exchange, issuing } from '../platform.js'

const serve = openServer()
afterEach(() => {
  jest.restoreAllMocks()
})

const rsa = () => keyPair('RS256').privateKey
const ec = () => keyPair('ES256').privateKey
const publicOf = (alg: string) => keyPair(alg).publicJwk as Record<string, string>

describe('a list', () => {
  it.each<[string, () => readonly unknown[], RegExp]>([
    ['empty', () => [], /must be a list of keys/],
    [
      'without a current key',
      () => [{ privateKey: rsa(), state: 'next' }],
      /exactly one key must be current/,
    ],
    ['with two', () => [{ privateKey: rsa() }, { privateKey: ec() }], /exactly one key must be current/],
    [
      'with two of one kid',
      () => [
        { privateKey: rsa(), kid: 'a' },
        { privateKey: ec(), kid: 'a', state: 'next' },
      ],
      /one kid/,
    ],
    [
      'whose current key signs elsewhere',
      () => [{ publicJwk: publicOf('RS256'), state: 'current' }],
      /needs its privateKey/,
    ],
    ['with a key that was not set', () => [{ privateKey: undefined }], /privateKey is undefined/],
    ['with nothing of a key', () => [{}], /needs privateKey, or publicJwk/],
    [
      'with a private key as the public one',
      () => [{ publicJwk: ec().export({ format: 'jwk' }), state: 'next' }, { privateKey: rsa() }],
      /private/,
    ],
    ['with a public key as the private one', () => [{ privateKey: publicOf('RS256') }], /privateKey/],
    [
      'with an algorithm that services do not take',
      () => [{ privateKey: keyPair('ES384').privateKey }],
      /RS256, ES256, PS256, EdDSA/,
    ],
    ['with a misspelled member', () => [{ privatKey: rsa() }], /Did you mean "privateKey"/],
    [
      'with both halves',
      () => [{ privateKey: rsa(), publicJwk: publicOf('RS256') }],
      /publicJwk is for a remote signer/,
    ],
    ['with nothing in it', () => [null], /takes an object/],
  ])('%s is refused at once', (_, keys, message) => {
    expect(() => issuing({ signingKeys: keys() as SigningKeyInput[] })).toThrow(message)
    expect(() => issuing({ signingKeys: keys() as SigningKeyInput[] })).toThrow(TypeError)
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('may have a key for %s', async (alg) => {
    const { app } = issuing({ signingKeys: [{ privateKey: keyPair(alg).privateKey, alg: alg as 'RS256' }] })
    const { body } = await exchange(serve(app))
    expect(decodeProtectedHeader(body.access_token as string)).toMatchObject({ alg, typ: 'at+jwt' })
  })

  it('never quotes a key', () => {
    const pem = rsa().export({ type: 'pkcs8', format: 'pem' }) as string
    for (const wrong of [
      { privateKey: pem.slice(0, 400) },
      { privateKey: pem, alg: 'ES256' as const },
      { kid: pem },
    ]) {
      let thrown: unknown
      try {
        issuing({ signingKeys: [wrong] })
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TypeError)
      expect((thrown as Error).message).not.toContain(pem.slice(100, 140))
    }
  })
})

describe('a function', () => {
  it('is asked once a minute, and rotates without a restart', async () => {
    const pass = monotonicClock()
    let kid = 'first'
    const load = jest.fn(() => Promise.resolve([{ privateKey: rsa(), kid }]))
    const server = serve(issuing({ signingKeys: load }).app)
    const kidNow = async () => decodeProtectedHeader((await exchange(server)).body.access_token as string).kid
    expect(await kidNow()).toBe('first')
    kid = 'second'
    pass(59)
    expect(await kidNow()).toBe('first')
    pass(2)
    expect(await Promise.all([kidNow(), kidNow()])).toEqual(['second', 'second'])
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('may fail for ten minutes, then nothing is signed', async () => {
    const pass = monotonicClock()
    let isDown = false
    const load = () => {
      if (isDown) throw new Error('the vault is sealed')
      return [{ privateKey: rsa() }]
    }
    const { app, events } = issuing({ signingKeys: load })
    const server = serve(app)
    expect((await exchange(server)).status).toBe(200)
    isDown = true
    pass(61)
    expect((await exchange(server)).status).toBe(200)
    expect(events.find(({ type }) => type === 'signing_keys.failed')).toMatchObject({
      cause: 'the vault is sealed',
    })
    pass(595)
    expect((await exchange(server)).status).toBe(200)
    pass(5)
    expect((await exchange(server)).status).toBe(503)
    isDown = false
    pass(6)
    expect((await exchange(server)).status).toBe(200)
  })

  it('that returns a wrong list keeps the last good one', async () => {
    const pass = monotonicClock()
    let keys: SigningKeyInput[] = [{ privateKey: rsa() }]
    const server = serve(issuing({ signingKeys: () => keys }).app)
    expect((await exchange(server)).status).toBe(200)
    keys = []
    pass(61)
    expect((await exchange(server)).status).toBe(200)
  })

  it('that has no keys from the beginning is heard of by ready, and answered 503', async () => {
    const { issuer, app } = issuing({ signingKeys: () => Promise.reject(new Error('no rights')) })
    await expect(issuer.ready()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await exchange(serve(app))).status).toBe(503)
  })
})
