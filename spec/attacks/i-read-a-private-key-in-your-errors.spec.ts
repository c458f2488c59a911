import { beforeAll, describe, expect, it } from '@jest/globals'
import { createSigner } from '../../lib/customer/index.js'
import {
  admitProjectKey,
  CachedKeyStore,
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  reverseJwt,
  ReverseJwtStrategy,
} from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { captureOutput, leaks, record, secrets } from '../helpers/outputs.js'
import { platform, rivalKeys } from '../helpers/platform.js'
import { formsOf, pkcs8Of } from '../helpers/private-key-forms.js'
import { by, managed } from '../helpers/registry.js'

const algorithms = ['ES256', 'RS256', 'EdDSA'] as const

captureOutput()

beforeAll(() => {
  for (const { privateKey } of algorithms.map(keyPair)) secrets.addPrivateKey(privateKey)
})

/** Everywhere that somebody in a hurry may put a private key, what is thrown is recorded. */
function misplace(where: string, make: () => unknown): void {
  try {
    record(`what was made with a private key as ${where}`, make())
  } catch (error) {
    record(`the error of a private key as ${where}`, error)
  }
}

describe.each(algorithms)('no private key for %s comes out when it is given', (alg) => {
  const { privateKey, publicJwk } = keyPair(alg)
  const { options } = platform()
  const jwk = privateKey.export({ format: 'jwk' })
  const pem = pkcs8Of(privateKey)
  /** What those places get that read no key; there one spelling is as good as another. */
  const texts: [string, string][] = [
    ['PKCS#8', pem],
    ['PKCS#8 without line ends', pem.replaceAll('\n', '')],
    ['PKCS#8 with line ends escaped twice', pem.replaceAll('\n', '\\\\n')],
    ['PKCS#8 in base64', Buffer.from(pem).toString('base64')],
    ['PKCS#8 in UTF-16', Buffer.from(pem, 'utf16le').toString('latin1')],
    ['the bare base64', privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')],
    ['a JWK in JSON', JSON.stringify(jwk)],
    ['the private member', jwk.d ?? ''],
  ]

  it('in the place of a public key', () => {
    for (const [, form] of formsOf(privateKey)) {
      for (const given of [form, { jwk: form }, { pem: form }, { jwk: form, pem: form }, { jwk: [form] }]) {
        misplace('a public key', () => admitProjectKey({ id: 'shop' }, given as never))
        misplace('a key of a project', () => new MemoryKeyStore([{ id: 'shop', keys: [given as never] }]))
      }
    }
    for (const member of ['x', 'n', 'e', 'use', 'key_ops', 'alg', 'kty', 'crv', 'd', 'keys']) {
      for (const [, text] of texts)
        misplace(`the member ${member}`, () =>
          admitProjectKey({ id: 'shop' }, { jwk: { ...publicJwk, [member]: text } }),
        )
    }
    for (const member of Object.keys(jwk)) {
      misplace(`a JWK without ${member}`, () =>
        admitProjectKey({ id: 'shop' }, { jwk: { ...jwk, [member]: undefined } }),
      )
    }
    expect(leaks()).toEqual([])
  })

  it('as another member of a key or project', () => {
    const keys = [{ jwk: publicJwk }]
    for (const [, text] of texts) {
      for (const name of ['alg', 'notBefore', 'notAfter', 'revokedAt', text]) {
        misplace(`${name.slice(0, 12)} of a key`, () =>
          admitProjectKey({ id: 'shop' }, { jwk: publicJwk, [name]: text }),
        )
      }
      for (const name of ['scopes', 'suspended', 'allowedOrigins', 'keys', text]) {
        misplace(
          `${name.slice(0, 12)} of a project`,
          () => new MemoryKeyStore([{ id: 'shop', keys, [name]: text }]),
        )
      }
      misplace('a project', () => new MemoryKeyStore([text as never]))
      misplace('a list of projects', () => new MemoryKeyStore(text as never))
    }
    expect(leaks()).toEqual([])
  })

  it('as the name of a key or project', async () => {
    const good = { jwk: publicJwk }
    for (const [, text] of texts) {
      for (const given of [{ pem: 'key-1' }, { jwk: {} }, { ...good, alg: 'none' }, { pem: text }, {}]) {
        misplace('the kid of a key', () => admitProjectKey({ id: 'shop' }, { ...given, kid: text } as never))
        misplace('the kid in a JWK', () =>
          admitProjectKey({ id: 'shop' }, { jwk: { ...publicJwk, kid: text, use: 'enc' } }),
        )
      }
      misplace('the kid of two keys', () => {
        const keys = [good, good].map((key) => ({ ...key, kid: text }))
        return new MemoryKeyStore([{ id: 'shop', keys }])
      })
      for (const wrong of [{ issuer: '' }, { suspended: 1 }, { scopes: 1 }, { keys: 1 }, { keys: [{}] }])
        misplace(
          'the id of a project',
          () => new MemoryKeyStore([{ id: text, keys: [good], ...wrong } as never]),
        )
      misplace('the id of two projects', () => {
        const project = { id: text, keys: [] }
        return new MemoryKeyStore([project, project])
      })
      misplace('an origin', () =>
        admitProjectKey({ id: 'shop', allowedOrigins: [`https://a.example/${text}`] }, good),
      )
      misplace('an option that is undefined', () => reverseJwt({ ...options, [text]: undefined }))
      const signer = createSigner({ projectId: 'shop', audience, privateKey })
      const refusal = signer.sign({ [text]: undefined }).catch((error: unknown) => error)
      record('the refusal of a claim', await refusal)
    }
    expect(leaks()).toEqual([])
  })

  it('to the registry', async () => {
    const { registry } = managed()
    await registry.createProject({ id: 'shop' }, { by })
    await registry.generateKey('shop', { by })
    for (const [, text] of texts) {
      for (const attempt of [
        registry.getProject(text),
        registry.createProject({ id: text, name: '' }, { by }),
        registry.createProject({ id: 'new', name: text, issuer: '' }, { by }),
        registry.generateKey(text, { by }),
        registry.rotateKey('shop', { kid: text, by }),
        registry.rotateKey('shop', { alg: text as 'ES256', by }),
        registry.revokeKey('shop', { kid: text, reason: 'exposed', by }),
        registry.revokeKey('shop', { kid: 'key-1', reason: text as 'exposed', by }),
        registry.confirmKey('shop', { kid: text, proof: text, by }),
        registry.registerKey('shop', { jwk: text, by }),
        registry.registerKey('shop', { pem: text, by }),
        registry.registerKey('shop', { pem: 'key-1', kid: text, by }),
        registry.registerKey('shop', { jwk: publicJwk, kid: text, alg: 'none' as 'ES256', by }),
        registry.registerKey('shop', { jwk: publicJwk, replaces: text, by }),
        registry.listAudit({ projectId: text, before: -1 }),
      ]) {
        record('the refusal of a registry', await attempt.catch((error: unknown) => error))
      }
    }
    expect(leaks()).toEqual([])
  })

  it('as an option', () => {
    for (const [, text] of texts) {
      for (const name of [
        'keyStore',
        'replayStore',
        'maxLifetime',
        'clockTolerance',
        'maxTokenLength',
        'typ',
        'clock',
        text,
      ]) {
        misplace(`${name.slice(0, 16)} of a verifier`, () => createVerifier({ ...options, [name]: text }))
      }
      for (const name of ['optional', 'tokenFrom', 'verifier', text]) {
        misplace(`${name.slice(0, 16)} of a face`, () => reverseJwt({ ...options, [name]: text }))
      }
      misplace('all options', () => createVerifier(text as never))
      misplace('all options of a face', () => new ReverseJwtStrategy(text as never, text as never))
      misplace('a cached store', () => new CachedKeyStore(text as never))
      misplace('options of a cached store', () => new CachedKeyStore(options.keyStore, { [text]: 1 }))
      misplace('options of a replay store', () => new MemoryReplayStore({ capacity: text as never }))
    }
    expect(leaks()).toEqual([])
  })

  it('to a signer that cannot use it', () => {
    const signer = (given: object) => createSigner({ projectId: 'shop', audience, privateKey, ...given })
    for (const [, text] of texts) {
      for (const name of ['alg', 'expiresIn', text])
        misplace(`${name.slice(0, 12)} of a signer`, () => signer({ [name]: text }))
      for (const part of [
        text.slice(0, text.length / 2),
        text.slice(text.length / 4),
        text.replace(/.{8}$/m, 'AAAAAAAA'),
      ]) {
        misplace('a damaged privateKey', () => signer({ privateKey: part }))
      }
      misplace('a locked privateKey', () =>
        signer({ privateKey: text.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE') }),
      )
      misplace('an OpenSSH privateKey', () =>
        signer({ privateKey: text.replaceAll(/(EC |RSA )?PRIVATE/g, 'OPENSSH PRIVATE') }),
      )
      misplace('a private key as all options', () => createSigner(text as never))
      misplace('a remote signer', () => signer({ privateKey: { sign: 1, key: text } }))
    }
    for (const member of ['kty', 'crv', 'd', 'x', 'n', 'p']) {
      misplace(`a JWK with a wrong ${member}`, () => signer({ privateKey: { ...jwk, [member]: 'AAAA' } }))
    }
    misplace('half of another key', () => signer({ privateKey: { ...jwk, x: rivalKeys.publicJwk.x } }))
    misplace('a key for another algorithm', () => signer({ alg: 'PS512', expiresIn: 1 }))
    expect(leaks()).toEqual([])
  })
})
