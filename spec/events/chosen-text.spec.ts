import { describe, expect, it } from '@jest/globals'
import { keyPair } from '../helpers/keys.js'
import { mint } from '../helpers/mint.js'
import { expectRefusal } from '../helpers/refusals.js'
import { listening } from './listening.js'

describe('text that a caller chose', () => {
  it.each([
    ['a line end', 'a\r\nb'],
    ['a terminal escape', '\x1b[31mred'],
    ['text that turns direction', 'a\u202eb'],
    ['text that looks escaped', 'a\\u000a'],
    ['letters that are not ASCII', 'café'],
    ['a character of two units', 'a😀'],
    ['all that a kid can have', 'k'.repeat(256)],
  ])('is in the event as it is: %s', async (_, said) => {
    const { verifier, events } = listening()
    const token = mint({ header: { kid: said }, claims: { proj_id: said, sub: said } })
    await expectRefusal(verifier.verify(token), 'token_not_verified')
    expect(events).toEqual([expect.objectContaining({ unverifiedProjectId: said, unverifiedKid: said })])
  })

  it.each([
    ['at 256 characters', 'p'.repeat(257), 'p'.repeat(256)],
    ['before a character of which only a half would be left', 'p'.repeat(255) + '😀', 'p'.repeat(255)],
    ['after a character that ends there', 'p'.repeat(254) + '😀😀', 'p'.repeat(254) + '😀'],
  ])('is cut %s', async (_, said, unverifiedProjectId) => {
    const { verifier, events } = listening()
    await expectRefusal(
      verifier.verify(mint({ claims: { proj_id: said, sub: undefined } })),
      'token_not_verified',
    )
    expect(events).toEqual([expect.objectContaining({ unverifiedProjectId })])
  })

  it('is in the event of an accepted token too: a customer names his own keys', async () => {
    const kid = 'key\u202e\u2028'
    const keys = [{ jwk: keyPair('ES256').publicJwk, kid }]
    const { verifier, events } = listening({}, [{ id: 'café', keys }])
    await verifier.verify(mint({ header: { kid }, claims: { iss: 'café', sub: 'café', proj_id: 'café' } }))
    expect(events).toMatchObject([{ type: 'accepted', projectId: 'café', kid }])
  })

  it.each([
    ['as it is', 'no answer about \u202ea', 'no answer about \u202ea'],
    ['with halves of characters', 'a \ud83d b', 'a \ud83d b'],
    ['cut', 'x'.repeat(300), 'x'.repeat(256)],
  ])('is in what a store says of it, %s', async (_, message, cause) => {
    const { verifier, events } = listening({ keyStore: { find: () => Promise.reject(new Error(message)) } })
    await expectRefusal(verifier.verify(mint()), 'store_unavailable')
    expect(events).toEqual([expect.objectContaining({ cause })])
  })
})
