import { expect, it } from '@jest/globals'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { consoleFolder } from '../../../example-server/page-folder.js'
import { whatToDo } from '../../../lib/registry/record/what-to-do.js'
import { refusedEvent } from '../../helpers/events.js'

type Words = readonly [happened: string, todo: string]
interface ReasonsModule {
  readonly reasons: Readonly<Record<string, Words>>
  readonly wordsFor: (event: object) => Words
}

const { reasons, wordsFor } = (await import(
  pathToFileURL(join(consoleFolder, 'reasons.js')).href
)) as ReasonsModule

/** The code alone, where the reason says which store or what failed. */
const all = Object.keys(whatToDo).filter((reason) => reason !== 'store_unavailable')

it('says in words what happened and what to do, for every reason that there is', () => {
  expect(Object.keys(reasons).toSorted()).toEqual(all.toSorted())
  for (const [happened, todo] of Object.values(reasons)) {
    expect(happened).toMatch(/^[A-Z].*\.$/)
    expect(todo).toMatch(/^[A-Z].*[.?]$/)
  }
})

it('tells a key that is still used from tokens that were signed before its revocation', () => {
  const revoked = { reason: 'key_revoked', signature: 'good', projectId: 'shop', revokedAt: 1000 } as const
  const after = 'Somebody who holds this key signed it after you revoked it.'
  expect(wordsFor(refusedEvent({ ...revoked, issuedAt: 1011 }))[0]).toBe(after)
  for (const issuedAt of [990, 1010, undefined]) {
    const event = { ...refusedEvent({ ...revoked, time: 1310 }), issuedAt }
    expect(wordsFor(event)).toEqual(reasons.key_revoked)
    // Whatever was signed before has expired.
    expect(wordsFor({ ...event, time: 1311 })[0]).toBe(after)
  }
})

it('has words for a code without a reason, and for events that have neither', () => {
  expect(wordsFor({ type: 'refused', code: 'token_replayed' })).toEqual(reasons.token_replayed)
  expect(wordsFor({ type: 'session.issued' })[0]).toBe('A session was given for a token.')
  expect(wordsFor({ type: 'accepted', face: 'express' })[0]).toBe('The token was good. It is used up now.')
  expect(wordsFor({ type: 'accepted', face: 'session' })[0]).toBe('The session was good.')
  for (const odd of ['constructor', '__proto__', 'new_one'])
    expect(wordsFor({ type: 'refused', code: odd, reason: odd })).toEqual(['', ''])
})
