import { expect, it } from '@jest/globals'
import { tokenEndpoint, tokenRoute } from '../../../lib/customer/index.js'
import { signer } from './faces.js'

const authorize = () => true

it.each<[options: object, message: string]>([
  [{}, 'tokenEndpoint: signer is missing: what createSigner returns, or a function that returns that'],
  [
    { signer: {}, authorize },
    'tokenEndpoint: signer must be what createSigner returns, or a function that returns that',
  ],
  [
    { signer },
    'tokenEndpoint: authorize is missing: a function that decides who may have a token: (req) => req.user && { subject: req.user.id, scope: "portal:read" }',
  ],
  [
    { signer, authorize: undefined },
    'tokenEndpoint: authorize is undefined; is the variable set that should hold it?',
  ],
  [
    { signer, authorize: true },
    'tokenEndpoint: authorize must be a function that decides who may have a token: (req) => req.user && { subject: req.user.id, scope: "portal:read" }',
  ],
  [{ signer, authorise: authorize }, 'tokenEndpoint: unknown option "authorise". Did you mean "authorize"?'],
  [
    { signer, authorize, origins: 'https://shop.example' },
    "tokenEndpoint: origins must be a list of origins: ['https://shop.example']",
  ],
  [
    { signer, authorize, origins: [] },
    "tokenEndpoint: origins must be a list of origins: ['https://shop.example']",
  ],
  [{ signer, authorize, origins: undefined }, 'tokenEndpoint: origins is undefined; set it or leave it out'],
  [
    { signer, authorize, origins: ['https://shop.example/'] },
    'tokenEndpoint: origins has an entry "https://shop.example/" that is no origin: https://shop.example is one, without a slash at its end',
  ],
  [
    { signer, authorize, origins: ['null'] },
    'tokenEndpoint: origins has an entry "null" that is no origin: https://shop.example is one, without a slash at its end',
  ],
  [
    { signer, authorize, origins: ['*'] },
    'tokenEndpoint: origins has an entry "*" that is no origin: https://shop.example is one, without a slash at its end',
  ],
  [{ signer, authorize, requireOrigin: 'no' }, 'tokenEndpoint: requireOrigin must be true or false'],
  [{ signer, authorize, bindOrigin: 0 }, 'tokenEndpoint: bindOrigin must be true or false'],
  [
    { signer, authorize, perMinute: 0 },
    'tokenEndpoint: perMinute must be a whole number of tokens from 1 to 1000000',
  ],
  [
    { signer, authorize, perMinute: 5, limit: authorize },
    'tokenEndpoint: perMinute has no effect beside limit; leave one of them out',
  ],
  [
    { signer, authorize, limit: 5 },
    'tokenEndpoint: limit must be a function that returns whether a subject may have one more token',
  ],
  [
    { signer, authorize, onEvent: 'log' },
    'tokenEndpoint: onEvent must be a function, or a list of functions',
  ],
])('refuses %j at construction, and says what to do', (options, message) => {
  expect(() => tokenEndpoint(options as never)).toThrow(new TypeError(message))
  expect(() => tokenRoute(options as never)).toThrow(message.replace('tokenEndpoint', 'tokenRoute'))
})

it('is a named function of three parameters, which no framework takes for an error handler', () => {
  const endpoint = tokenEndpoint({ signer, authorize })
  expect([endpoint.name, endpoint.length]).toEqual(['tokenEndpoint', 3])
})
