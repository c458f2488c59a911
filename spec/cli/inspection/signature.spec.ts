import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { keyPair } from '../../helpers/keys.js'
import { kidOf, mint } from '../../helpers/mint.js'
import { rivalKeys } from '../../helpers/platform.js'
import { pkcs8Of } from '../../helpers/private-key-forms.js'
import { faultsIn, inspect, inspectToken, written } from './inspecting.js'

const key = await written('own.jwk', JSON.stringify({ ...keyPair('ES256').publicJwk, kid: kidOf('ES256') }))

describe('inspect --key', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'])(
    'verifies %s with a PEM file, whose kid is its thumbprint',
    async (alg) => {
      const pem = keyPair(alg).publicKey.export({ format: 'pem', type: 'spki' }) as string
      const called = await inspectToken(['--key', await written(`${alg}.pem`, pem)], { alg })
      expect(called.stdout).toMatch(/^signature {2}good$/m)
      expect(called.stdout).toContain('not the RFC 7638 thumbprint of the key')
    },
  )

  it.each(['PS256', 'RS256'])('says which %s a key of RSA is for that does not say so', async (alg) => {
    const { kty, n, e } = keyPair(alg).publicJwk
    const called = await inspectToken(['--key', await written('rsa.jwk', JSON.stringify({ kty, n, e }))], {
      alg,
    })
    expect(called.stdout).toMatch(/^signature {2}good$/m)
    expect(called.stdout.includes('takes a key that names no algorithm for RS256')).toBe(alg === 'PS256')
  })

  it('refuses the signature of another key', async () => {
    const called = await inspectToken(['--key', key], { privateKey: rivalKeys.privateKey })
    expect([called.code, faultsIn(called)]).toEqual([1, ['token_not_verified']])
    expect(called.stdout).toMatch(/^signature {2}bad$/m)
  })

  it.each([
    ['another kid', { header: { kid: 'other' } }, 'The kid of the token is not the kid of the key.'],
    [
      'another algorithm',
      { alg: 'EdDSA', header: { kid: kidOf('ES256') } },
      'The token says EdDSA, and the key is for ES256',
    ],
  ] as const)('refuses %s than that of the key', async (_, override, sentence) => {
    const called = await inspectToken(['--key', key], override)
    expect(faultsIn(called)).toEqual(['token_not_verified'])
    expect(called.stdout).toContain(sentence)
  })

  it('says that a broken token cannot be verified', async () => {
    const called = await inspect(['--key', key], `${mint()}=`)
    expect(called.stdout).toMatch(/^signature {2}not checked$/m)
  })

  it.each([
    [
      'a private key',
      () => pkcs8Of(keyPair('ES256').privateKey),
      /^--key is a private key or a shared secret, and nothing of it is shown/,
    ],
    ['a shared secret', () => '{"kty":"oct","k":"c2VjcmV0"}', /^--key is a private key or a shared secret/],
    [
      'a certificate',
      () => '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----',
      /^--key .*certificate/,
    ],
    ['a token', () => mint(), /^--key {2}?is neither PEM nor DER nor a JWK/],
  ])('refuses %s', async (_, content, sentence) => {
    const { code, stdout, stderr } = await inspectToken(['--key', await written('other', content())])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.replace('reverse-jwt inspect: ', '')).toMatch(sentence)
  })

  it('reads not both from stdin', async () => {
    expect((await inspect(['--key', '-'], mint())).stderr).toMatch(/only one of --key and the token/)
  })
})

describe('inspect --jwks', () => {
  let server: Server
  let url: string
  let answer: { status?: number; headers?: Record<string, string>; body: string }
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  })
  afterAll(() => {
    server.close()
  })
  const own = { ...keyPair('ES256').publicJwk, kid: kidOf('ES256') }
  const publish = (...keys: object[]) => (answer = { body: JSON.stringify({ keys }) })

  it('verifies with the key of that kid', async () => {
    publish({ ...rivalKeys.publicJwk, kid: 'rival' }, own)
    const called = await inspectToken(['--jwks', url])
    expect([called.code, faultsIn(called)]).toEqual([0, []])
  })

  it.each([
    ['no key of that kid', [], 'The key set has no key of the kid of the token.'],
    ['two of them', [own, own], 'The key set has 2 keys of the kid of the token.'],
    ['a private one', [{ ...own, d: 'x' }], 'The key of that kid in the key set'],
    ['one that is no key', [{ kid: own.kid }], 'The key of that kid in the key set'],
  ])('refuses a token when the set has %s', async (_, keys, sentence) => {
    publish(...keys)
    const called = await inspectToken(['--jwks', url])
    expect([called.code, faultsIn(called)]).toEqual([1, ['token_not_verified']])
    expect(called.stdout).toContain(sentence)
  })

  it.each([
    ['HTML', { body: '<html>' }, /it answered what is no JSON/],
    ['no list', { body: '{}' }, /has no key set/],
    ['nothing', { status: 404, body: '' }, /it answered 404/],
    ['a redirect', { status: 302, headers: { Location: 'https://x.example' }, body: '' }, /cannot be read/],
    ['too much', { body: ' '.repeat(300_000) }, /it answered more than 262144 bytes/],
  ])('cannot find out when the address answers %s', async (_, given, sentence) => {
    answer = given
    const { code, stdout, stderr } = await inspectToken(['--jwks', url])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(sentence)
  })

  it('cannot find out when nobody answers', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const { code, stderr } = await inspectToken(['--jwks', `http://127.0.0.1:${port}/`])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^reverse-jwt inspect: http:\/\/127\.0\.0\.1:\d+\/ cannot be read: /)
  })

  it.each(['http://platform.example/jwks.json', 'file:///etc/passwd', 'public.jwk'])(
    'asks no address like %s',
    async (address) => {
      const { code, stderr } = await inspectToken(['--jwks', address])
      expect(code).toBe(2)
      expect(stderr).toMatch(/--jwks must be an address that begins with https/)
    },
  )

  it.each(['https://user:opensesame@platform.example/jwks', 'http://opensesame@localhost:1/?opensesame'])(
    'repeats nothing of a password in %s',
    async (address) => {
      const { code, stdout, stderr } = await inspectToken(['--jwks', address])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/--jwks must have no user and no password/)
      expect(stderr).not.toContain('opensesame')
    },
  )

  it('takes one key or the other', async () => {
    expect((await inspectToken(['--jwks', url, '--key', key])).stderr).toMatch(
      /give --key or --jwks, not both/,
    )
  })
})
