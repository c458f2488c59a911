import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { createSigner, type SignerOptions } from '../../lib/customer/index.js'
import {
  CachedKeyStore,
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  reverseJwt,
  ReverseJwtStrategy,
  type ReverseJwtOptions,
} from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { changesOf, made, names, number, text, type Options } from './odd-options.js'
import { anything } from './odd-values.js'
import { platform, shop } from '../helpers/platform.js'
import { holds, Tally } from './property.js'

// Odd options are odd enough to be warned about.
beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockReturnValue()
})

const { options } = platform()
/** A new one for each verifier, for each has a clock of its own. The ceilings of the store must not be what is met. */
const replayStore = () => new MemoryReplayStore({ maxLifetime: 3600, clockTolerance: 60 })

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isNumber = (value: unknown, least: number, most: number) =>
  typeof value === 'number' && value >= least && value <= most
const ourNames = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
]
const has = (value: unknown, method: string) =>
  !Array.isArray(value) &&
  typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function'

/** The model: what each option may be. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  audience: (value) =>
    isText(value) || (Array.isArray(value) && value.length > 0 && Array.from(value).every(isText)),
  keyStore: (value) => has(value, 'find'),
  replayStore: (value) => has(value, 'consume'),
  algorithms: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    Array.from(value).every((name) => ourNames.includes(name as string)),
  maxLifetime: (value) => isNumber(value, 1, 3600),
  clockTolerance: (value) => isNumber(value, 0, 60),
  maxTokenLength: (value) => isNumber(value, 1, 16_384) && Number.isInteger(value),
  typ: (value) => value === 'project-auth+jwt',
  requireOrigin: (value) => typeof value === 'boolean',
  realm: (value) => typeof value === 'string' && /^[^\0-\x1F"\\\x7F-\uFFFF]+$/.test(value),
  clock: (value) => typeof value === 'function',
  onEvent: (value) => Array.from([value].flat()).every((entry) => typeof entry === 'function'),
}

const verifierChanges = changesOf({
  audience: fc.oneof(text, fc.array(text, { maxLength: 2 })),
  keyStore: fc.constantFrom<unknown>(options.keyStore, {}, null, { find: 1 }),
  replayStore: fc.constantFrom<unknown>({ consume: () => true }, {}, null, { consume: 1 }, options.keyStore),
  algorithms: fc.oneof(fc.array(names, { maxLength: 3 }), names),
  maxLifetime: number,
  clockTolerance: number,
  maxTokenLength: number,
  typ: fc.constantFrom('project-auth+jwt', 'JWT', '', null),
  requireOrigin: fc.oneof(fc.boolean(), number),
  realm: text,
  clock: fc.constantFrom<unknown>(() => 1, 1, null),
  onEvent: fc.constantFrom<unknown>(() => 1, 1, null, [], [() => 1], [() => 1, null]),
})

const tally = new Tally()

describe('createVerifier', () => {
  holds(
    'takes options if and only if the model does, and throws nothing but a TypeError',
    3_000,
    fc.property(verifierChanges, (changes) => {
      const given = { ...options, replayStore: replayStore(), ...changes }
      const good = Object.entries(given).every(
        ([name, value]) => Object.hasOwn(fits, name) && fits[name]?.(value),
      )
      const verifier = made(() => createVerifier(given))
      tally.count(good ? 'taken' : 'refused')
      if ((verifier !== undefined) !== good)
        throw new Error(good ? 'refused good options' : 'took bad options')
    }),
  )

  it('has taken and refused often', () => {
    expect(tally.rare(500, ['taken', 'refused'])).toEqual([])
  })
})

describe('the rest of what is made at start-up', () => {
  const { privateKey } = keyPair('EdDSA')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const privateJwk = privateKey.export({ format: 'jwk' })
  const scope = fc.oneof(text, fc.array(text, { maxLength: 2 }))
  const faceChanges = changesOf({
    optional: fc.boolean(),
    scope,
    tokenFrom: fc.array(fc.constantFrom('header', 'body', 'query'), { maxLength: 3 }),
    audience: text,
    verifier: fc.constantFrom<unknown>(createVerifier(options), {}, null),
  })

  holds(
    'throws nothing but a TypeError for any option of a face',
    1_000,
    fc.property(faceChanges, fc.boolean(), anything, (changes, both, callback) => {
      const base = both ? options : { verifier: createVerifier(options) }
      const given = { ...base, ...changes } as unknown as ReverseJwtOptions
      made(() => reverseJwt(given))
      made(() => new ReverseJwtStrategy(given, callback as undefined))
    }),
  )

  holds(
    'throws nothing but a TypeError for any option of a store',
    1_000,
    fc.property(
      changesOf({ ttl: number, missingTtl: number, timeoutMs: number }),
      fc.constantFrom<unknown>(0, 1, 1.5, -1, NaN, Infinity, '1', null, {}),
      changesOf({
        capacity: number,
        projectQuota: number,
        maxLifetime: number,
        clockTolerance: number,
        clock: fc.constant(() => 1),
      }),
      (cached, max, replay) => {
        made(() => new CachedKeyStore(options.keyStore, { ...cached, capacity: max as number }))
        made(() => new MemoryReplayStore(replay))
      },
    ),
  )

  const projectChanges = changesOf({
    id: text,
    issuer: text,
    allowedOrigins: fc.oneof(text, fc.array(fc.oneof(fc.webUrl(), text), { maxLength: 2 })),
    scopes: scope,
    suspended: fc.boolean(),
    metadata: anything,
    keys: fc.array(anything, { maxLength: 2 }),
  })

  holds(
    'throws nothing but a TypeError for any project',
    1_000,
    fc.property(fc.array(fc.oneof(projectChanges, anything), { maxLength: 2 }), (list) => {
      made(() => new MemoryKeyStore(list as never))
      made(() => new MemoryKeyStore(list.map((changes) => ({ ...shop(), ...(changes as object) }))))
    }),
  )

  const signerChanges = changesOf({
    projectId: text,
    audience: text,
    kid: text,
    issuer: text,
    alg: names,
    expiresIn: number,
    privateKey: fc.oneof(
      fc
        .tuple(fc.nat({ max: pem.length }), text)
        .map(([at, piece]) => `${pem.slice(0, at)}${piece}${pem.slice(at)}`),
      fc.nat({ max: pem.length }).map((end) => pem.slice(0, end)),
      fc
        .constantFrom('kty', 'crv', 'x', 'd', 'use', 'kid')
        .chain((name) => anything.map((value) => ({ ...privateJwk, [name]: value }))),
      fc.constant({ alg: 'ES256', kid: 'k', sign: () => new Uint8Array(64) }),
      fc.uint8Array({ maxLength: 40 }),
      text,
    ),
  })

  holds(
    'throws nothing but a TypeError for any option of a signer, and any claim',
    1_000,
    fc.asyncProperty(signerChanges, anything, async (changes, extra) => {
      const given = { projectId: 'shop', audience, privateKey, ...changes } as unknown as SignerOptions
      const signer = made(() => createSigner(given))
      const token = await signer?.sign(extra as Options).catch((error: unknown) => error)
      const fine = token === undefined || typeof token === 'string' || token instanceof TypeError
      if (!fine) throw new Error('a signer failed in another way', { cause: token })
    }),
  )
})
