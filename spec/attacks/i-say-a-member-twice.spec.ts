import { describe, expect, it } from '@jest/globals'
import { expectRefusal } from '../helpers/refusals.js'
import { audience, mint, now } from '../helpers/mint.js'
import { verifierOf } from '../helpers/platform.js'

const verifier = verifierOf()
let used = 0

/** Claims of an honest token as JSON, with `more` behind them. Really signed: the customer's own library might write such JSON. */
function claimsText(more = ''): string {
  const honest = {
    iss: 'shop',
    aud: audience,
    proj_id: 'shop',
    jti: `twice-${(used += 1)}`,
    iat: now - 10,
    exp: now + 110,
    nest: { a: 1 },
  }
  return JSON.stringify(honest).slice(0, -1) + more + '}'
}
const headerText = (more = '') => `{"alg":"ES256","kid":"key-es256","typ":"JWT"${more}}`

it('accepts the honest token that is written the same way', async () => {
  const token = mint({
    headerText: headerText(',"x":{"alg":1}'),
    claimsText: claimsText(',"y":[{"iss":1},{"iss":2}]'),
  })
  await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe('in the claims set', () => {
  it.each([
    ['proj_id of another project', ',"proj_id":"rival"'],
    ['proj_id, the same', ',"proj_id":"shop"'],
    ['proj_id with an escaped letter', ',"\\u0070roj_id":"rival"'],
    ['proj_id with an escaped underscore', ',"proj\\u005fid":"rival"'],
    ['proj_id, escaped all through', ',"\\u0070\\u0072\\u006f\\u006A\\u005F\\u0069\\u0064":"rival"'],
    ['iss', ',"iss":"rival"'],
    ['aud', ',"aud":"https://other.example"'],
    ['exp, later', `,"exp":${now + 200}`],
    ['jti, a fresh one', ',"jti":"fresh"'],
    ['jti, escaped', ',"\\u006ati":"fresh"'],
    ['a member of an inner object', ',"z":{"b":1,"b":2}'],
    ['a member of an object in an array', ',"z":[[{"b":1,"\\u0062":2}]]'],
    ['a member that nobody reads', ',"z":1,"z":1'],
    ['an inner object whose first one is lost', ',"nest":{"b":2}'],
    ['the empty name', ',"":1,"":2'],
  ])('refuses %s', (_, more) =>
    expectRefusal(verifier.verify(mint({ claimsText: claimsText(more) })), 'token_malformed'),
  )
})

describe('in the header', () => {
  it.each([
    ['alg', ',"alg":"none"'],
    ['alg, the same', ',"alg":"ES256"'],
    ['alg, escaped', ',"\\u0061lg":"HS256"'],
    ['kid', ',"kid":"key-rival"'],
    ['kid, escaped', ',"k\\u0069d":"key-rival"'],
    ['typ', ',"typ":"at+jwt"'],
    ['a parameter that nobody reads', ',"x":1,"x":1'],
  ])('refuses %s', (_, more) =>
    expectRefusal(verifier.verify(mint({ headerText: headerText(more) })), 'token_malformed'),
  )

  it('refuses alg none that is said first and taken back', () => {
    const said = '{"alg":"none","alg":"ES256","kid":"key-es256"}'
    return expectRefusal(verifier.verify(mint({ headerText: said })), 'token_malformed')
  })
})
