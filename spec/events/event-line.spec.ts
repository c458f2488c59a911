import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { eventLine } from '../../lib/index.js'
import { refusedEvent } from '../helpers/events.js'

const refused = (unverifiedKid: string) => refusedEvent({ unverifiedKid })

it('is JSON, with the members in the order of the event', () => {
  expect(eventLine(refused('key-1'))).toBe(
    '{"type":"refused","id":"0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11","time":1790000000,"duration":0.001,"face":"verify","code":"token_not_verified","reason":"key_unknown","description":"The token could not be verified.","signature":"unchecked","unverifiedKid":"key-1"}',
  )
})

describe('a value', () => {
  it.each([
    ['a line end', 'a\r\nb', 'a\\r\\nb'],
    ['a terminal escape', '\x1b[31mred', '\\u001b[31mred'],
    ['an escape of eight bits', '\x9b31m', '\\u009b31m'],
    ['delete', 'a\x7f', 'a\\u007f'],
    ['a next line', 'a\x85b', 'a\\u0085b'],
    ['text that turns direction', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['text that looks escaped', 'a\\u202e', 'a\\\\u202e'],
    ['a quote', 'a"b', 'a\\"b'],
    ['letters that are not ASCII', 'café', 'caf\\u00e9'],
    ['a character of two units', 'a😀', 'a\\ud83d\\ude00'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
  ])('is escaped: %s', (_, said, shown) => {
    expect(eventLine(refused(said)).endsWith(`"unverifiedKid":"${shown}"}`)).toBe(true)
  })
})

const anyText = fc.string({ unit: 'binary' })

it('is printable ASCII and gives the event back, whatever a caller wrote', () => {
  fc.assert(
    fc.property(anyText, (said) => {
      const line = eventLine(refused(said))
      expect(line).toMatch(/^[\x20-\x7E]+$/)
      expect(JSON.parse(line)).toEqual(refused(said))
    }),
  )
})
