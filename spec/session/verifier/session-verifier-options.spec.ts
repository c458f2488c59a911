import { expect, it } from '@jest/globals'
import { createSessionVerifier, type SessionVerifierOptions } from '../../../lib/session/index.js'
import { keyPair } from '../../helpers/keys.js'
import { issuerName } from '../platform.js'

it.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /takes an object/],
  ['no issuer', {}, /issuer is missing/],
  ['a misspelled option', { issuer: issuerName, audiences: 'x' }, /Did you mean "audience"/],
  [
    'keys by http',
    { issuer: issuerName, keys: { jwksUri: 'http://platform.example/jwks' } },
    /begins with https/,
  ],
  ['keys that are a list', { issuer: issuerName, keys: [] }, /must be \{ jwksUri \}/],
  [
    'keys of both kinds',
    { issuer: issuerName, keys: { jwksUri: 'https://a.example', jwks: {} } },
    /nothing else/,
  ],
  ['an empty set', { issuer: issuerName, keys: { jwks: { keys: [] } } }, /jwks that must be/],
  [
    'a private key in a set',
    { issuer: issuerName, keys: { jwks: { keys: [keyPair('ES256').privateKey.export({ format: 'jwk' })] } } },
    /private/,
  ],
  [
    'a list by http',
    { issuer: issuerName, revocations: { url: 'http://platform.example/list' } },
    /begins with https/,
  ],
  [
    'an interval that is too short',
    { issuer: issuerName, revocations: { url: 'https://a.example', interval: 0.5 } },
    /interval must be/,
  ],
  ['HS256', { issuer: issuerName, algorithms: ['HS256'] }, /algorithms has "HS256"/],
  ['milliseconds', { issuer: issuerName, clockTolerance: 10_000 }, /looks like milliseconds/],
])('throws a TypeError for %s', (_, options, message) => {
  const make = () => createSessionVerifier(options as SessionVerifierOptions)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})
