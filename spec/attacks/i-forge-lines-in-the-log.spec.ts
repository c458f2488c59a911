import { describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { createVerifier, eventLine, type VerifierEvent } from '../../lib/index.js'
import {
  badKid,
  expectAnswer,
  expectRefusal,
  invalidClaim,
  noOrigin,
  type Code,
} from '../helpers/refusals.js'
import { keyPair } from '../helpers/keys.js'
import { mint, type Override } from '../helpers/mint.js'
import { appOf, platform, shop } from '../helpers/platform.js'

const forgeries: [string, string][] = [
  ['a line end and a line of its own', 'x\r\n{"type":"accepted","projectId":"shop"}'],
  ['a lone carriage return', 'x\rACCEPTED'],
  ['colours of a terminal', '\x1b[2K\x1b[1A\x1b[32maccepted'],
  ['an escape of eight bits', '\x9b2K\x9b1A'],
  ['the title of a terminal', '\x1b]0;owned\x07'],
  ['text that turns direction', '\u202edetpecca\u2066x\u2069'],
  ['the marks of left and right', 'a\u200eb\u200fc\u061c'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029c'],
  ['a next line', 'a\x85b'],
  ['a NUL', 'a\0b'],
  ['a backspace', 'refused\b\b\b\b\b\b\baccepted'],
  ['characters without width', 'sh\u200bop\ufeff'],
  ['letters that look like others', 'ѕhор'],
  ['a surrogate pair', '\u{e0041}\u{1f600}'],
  ['a quote and a bracket', '"},{"type":"accepted'],
]

/**
 * Written by `eventLine`, the event is one line of printable ASCII; as JSON it is one line, too, for whatever ends a line at CR or LF. Both
 * read back as what it was.
 */
function expectOneLine(event: VerifierEvent | undefined): void {
  const line = event === undefined ? '' : eventLine(event)
  expect(line).toMatch(/^[\x20-\x7E]+$/)
  expect(JSON.parse(line)).toEqual(event)
  const json = JSON.stringify(event)
  expect(json).not.toMatch(/[\x00-\x1F]/)
  expect(JSON.parse(json)).toEqual(event)
}

/** Refuses the token and tells of it on one line. */
async function expectTold(override: Override, code: Code, description?: string) {
  const { options, events } = platform()
  await expectRefusal(createVerifier(options).verify(mint(override)), code, description)
  expect(events).toEqual([expect.objectContaining({ type: 'refused', code })])
  expectOneLine(events[0])
}

it('tells of the honest token on one line', async () => {
  const { options, events } = platform()
  await createVerifier(options).verify(mint())
  expect(events).toEqual([expect.objectContaining({ type: 'accepted', projectId: 'shop' })])
  expectOneLine(events[0])
})

describe.each(forgeries)('%s', (_, text) => {
  it('in the kid', () => expectTold({ header: { kid: text } }, 'token_not_verified'))

  it('in the proj_id', () => expectTold({ claims: { proj_id: text, sub: undefined } }, 'token_not_verified'))

  it('in the iss', () => expectTold({ claims: { iss: text } }, 'issuer_mismatch'))

  it('in the aud', () => expectTold({ claims: { aud: text } }, 'audience_mismatch'))

  it('in the sub', () =>
    expectTold({ claims: { sub: text } }, 'claim_invalid', 'The claims sub and proj_id of the token differ.'))

  it('in the alg', () => expectTold({ header: { alg: text } }, 'algorithm_not_allowed'))

  it('in the typ', () => expectTold({ header: { typ: text } }, 'token_type_not_allowed'))

  it('in the origin claim', () => expectTold({ claims: { origin: text } }, 'origin_not_allowed', noOrigin))

  it('in the Origin of the request', async () => {
    const { options, events } = platform({}, [shop(['ES256'], { allowedOrigins: ['https://shop.example'] })])
    const verifier = createVerifier(options)
    const authorization = `Bearer ${mint()}`
    await expectRefusal(verifier.verify(mint(), { origin: text }), 'origin_not_allowed')
    // As Node has it: without the raw headers, a comma would be two of them.
    const rawHeaders = ['Authorization', authorization, 'Origin', text]
    await expectRefusal(
      verifier.authenticate({ headers: { authorization, origin: text }, rawHeaders }),
      'origin_not_allowed',
    )
    expect(events).toHaveLength(2)
    events.forEach(expectOneLine)
  })

  it('where a store fails', async () => {
    const { options, events } = platform({
      replayStore: { consume: ({ jti }) => Promise.reject(new Error(`no answer about ${jti} ${text}`)) },
    })
    await expectRefusal(createVerifier(options).verify(mint()), 'store_unavailable')
    expect(events).toEqual([expect.objectContaining({ type: 'unavailable', code: 'store_unavailable' })])
    expectOneLine(events[0])
  })

  it('comes back in no part of an answer', async () => {
    const app = appOf(platform().options)
    const token = mint({ header: { kid: text }, claims: { proj_id: text, sub: undefined } })
    const answer = await request(app).get('/portal').auth(token, { type: 'bearer' })
    expectAnswer(answer, 'token_not_verified')
    expect(JSON.stringify(answer.headers) + answer.text).toMatch(/^[\x20-\x7E]+$/)
    expect(answer.text).not.toContain(JSON.stringify(text).slice(1, -1))
  })
})

it.each(['\u202edetpecca\u2066x', 'a\u2028b\u2029c', 'sh\u200bop', 'ѕhор'])(
  'tells on one line of an accepted token whose customer has named his key %j',
  async (kid) => {
    const keys = [{ jwk: keyPair('ES256').publicJwk, kid }]
    const { options, events } = platform({}, [shop([], { keys })])
    await createVerifier(options).verify(mint({ header: { kid } }))
    expect(events).toEqual([expect.objectContaining({ type: 'accepted', projectId: 'shop' })])
    expectOneLine(events[0])
  },
)

it('cuts text that is long, and never tells of text that is no text', async () => {
  await expectTold({ header: { kid: '\u202e'.repeat(256) } }, 'token_not_verified')
  await expectTold({ header: { kid: '\u202e'.repeat(257) } }, 'token_malformed', badKid)
  await expectTold({ header: { kid: ['\r\n'] } }, 'token_malformed', badKid)
  await expectTold({ claims: { proj_id: { '\r\n': 1 } } }, 'claim_invalid', invalidClaim('proj_id'))
})
