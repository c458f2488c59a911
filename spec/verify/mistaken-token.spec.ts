import { describe, expect, it } from '@jest/globals'
import { takeCredentials } from '../../lib/verify/credentials.js'
import { mistakeIn } from '../../lib/verify/mistaken-token.js'
import { mint } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'
import { expectRefusal, expectStepRefusal, notOneToken } from '../helpers/refusals.js'

const scheme = 'The token begins with the word Bearer. Give what follows it.'
const word = (text: string) =>
  `The word ${text} stands where the token should be. Wait until there is a token, and send it then.`
const object =
  'The name of an object stands where the token should be. Wait for the promise, and send its text.'
const quotes = 'The token stands in quotation marks. Send it without them.'
const json = 'A JSON object stands where the token should be. Send the text of its member token alone.'

const verifier = verifierOf()

describe('what is given to verify in the place of a token', () => {
  it.each([
    [`Bearer ${mint()}`, scheme],
    [`bearer ${mint()}`, scheme],
    ['Bearer', scheme],
    ['undefined', word('undefined')],
    ['null', word('null')],
    ['NaN', word('NaN')],
    ['[object Promise]', object],
    ['[object Object]', object],
    [JSON.stringify(mint()), quotes],
    [`'${mint()}'`, quotes],
    [JSON.stringify({ token: mint() }), json],
  ])('is named: %.30s', (token, description) =>
    expectRefusal(verifier.verify(token), 'token_malformed', description),
  )
})

describe('what is sent after the Bearer scheme', () => {
  const take = (authorization: string) => () => takeCredentials({ headers: { authorization } }, ['header'])

  it.each([
    [`Bearer Bearer ${mint()}`, scheme],
    ['Bearer [object Promise]', object],
    [`Bearer "${mint()}"`, quotes],
    [`Bearer ${JSON.stringify({ token: mint() })}`, json],
    ['Bearer a b', notOneToken],
  ])('is named: %.30s', (authorization, description) =>
    expectStepRefusal(take(authorization), 'request_malformed', description),
  )

  it.each(['undefined', 'null'])('is named: %s', (text) =>
    expectRefusal(
      verifier.authenticate({ headers: { authorization: `Bearer ${text}` } }),
      'token_malformed',
      word(text),
    ),
  )
})

it('is no mistake that a token or a damaged one makes', () => {
  for (const text of [mint(), 'a.b.c', '', 'eyJ', 'nullify', 'undefined.a', 'bearers', `${mint()}"`])
    expect([text, mistakeIn(text)]).toEqual([text, undefined])
})
