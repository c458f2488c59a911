import { describe, expect, it } from '@jest/globals'
import { documentLimits, parseJsonObject, tokenLimits } from '../../lib/encoding/strict-json.js'

const parse = (text: string, limits = tokenLimits) => parseJsonObject(Buffer.from(text), limits)
/** An object with `levels` levels, itself included. */
const nested = (levels: number) => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1)
/** An object that holds arrays, with `levels` levels in all. */
const listed = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

it.each([
  ['an empty object', '{}', {}],
  ['every kind of value', '{"a":[1,"b",null,true,{"c":[]}]}', { a: [1, 'b', null, true, { c: [] }] }],
  ['whitespace of JSON', ' \t\r\n{ "a" : 1 } \n', { a: 1 }],
  ['one name in two objects', '{"a":{"b":1},"c":{"b":2},"b":3}', { a: { b: 1 }, c: { b: 2 }, b: 3 }],
  ['colons inside of text', '{"a:b":"c:d","e":"\\":\\\\"}', { 'a:b': 'c:d', e: '":\\' }],
  ['an escaped quote at the end of text', '{"a\\"":"b\\\\","c":":"}', { 'a"': 'b\\', c: ':' }],
  ['names that differ in form alone', '{"\u00e9":1,"e\u0301":2}', { '\u00e9': 1, 'e\u0301': 2 }],
  ['names that are nearly indices', '{"01":2,"-0":3,"1.":4}', { '01': 2, '-0': 3, '1.': 4 }],
  ['names that every object inherits', '{"constructor":1,"toString":2}', { constructor: 1, toString: 2 }],
  ['an empty name', '{"":1}', { '': 1 }],
  ['text of four-byte characters', '{"😀":"😀"}', { '😀': '😀' }],
  ['16 levels', nested(16), JSON.parse(nested(16))],
  ['16 levels with arrays', listed(16), JSON.parse(listed(16))],
])('parses %s', (_, text, value) => {
  expect(parse(text)).toEqual(value)
})

describe('members that are there twice', () => {
  it.each([
    ['plainly', '{"a":1,"a":2}'],
    ['with one value', '{"a":1,"a":1}'],
    ['escaped the second time', '{"proj_id":1,"\\u0070roj_id":2}'],
    ['escaped the first time', '{"\\u0061":1,"a":2}'],
    ['in two escaped spellings', '{"\\/":1,"\\u002f":2}'],
    ['in two cases of hexadecimal', '{"\\u00e9":1,"\\u00E9":2}'],
    ['as a character and its surrogate pair', '{"😀":1,"\\ud83d\\ude00":2}'],
    ['three times', '{"a":1,"b":2,"a":3,"a":4}'],
    ['in an inner object', '{"a":{"b":1,"b":2}}'],
    ['in an object of an array', '{"a":[{"b":1,"b":2}]}'],
    ['and the lost one is an object', '{"a":{"b":1},"a":2}'],
    ['and the kept one is an object', '{"a":2,"a":{"b":1}}'],
    ['with a colon in the lost text', '{"a":":","a":1}'],
    ['as the empty name', '{"":1,"":2}'],
  ])('are refused: %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })
})

it.each([
  ['plainly', '{"__proto__":{"admin":true}}'],
  ['escaped', '{"\\u005f_proto__":{"admin":true}}'],
  ['with null', '{"__proto__":null}'],
  ['in an inner object', '{"a":{"__proto__":1}}'],
  ['in an array', '{"a":[[{"__proto__":1}]]}'],
])('refuses a member named __proto__: %s', (_, text) => {
  expect(parse(text)).toBeUndefined()
})

it.each([
  ['17 levels', nested(17)],
  ['17 levels with arrays', listed(17)],
  ['1,000 levels', nested(1000)],
  ['1,000 levels with arrays', listed(1000)],
  ['levels that never end', '{"a":'.repeat(1000)],
])('refuses %s', (_, text) => {
  expect(parse(text)).toBeUndefined()
})

it.each(['', ' ', 'null', 'true', '1', '"a"', '[]', '[{"a":1}]', 'undefined', 'NaN'])(
  'refuses %j, which is no object',
  (text) => {
    expect(parse(text)).toBeUndefined()
  },
)

it.each([
  ['two objects', '{}{}'],
  ['text behind the object', '{"a":1}x'],
  ['NUL behind the object', '{"a":1}\0'],
  ['a comment', '{"a":1/**/}'],
  ['a comma too many', '{"a":1,}'],
  ['single quotes', "{'a':1}"],
  ['a name without quotes', '{a:1}'],
  ['a line end in text', '{"a":"\n"}'],
  ['NUL in text', '{"a":"\0"}'],
  ['a number with a leading zero', '{"a":01}'],
  ['a hexadecimal number', '{"a":0x1}'],
  ['a byte order mark', '\uFEFF{"a":1}'],
  ['a space that is none of JSON', '\u00A0{"a":1}'],
  ['a vertical tab', '\v{"a":1}'],
  ['an object that does not end', '{"a":1'],
])('refuses %s', (_, text) => {
  expect(parse(text)).toBeUndefined()
})

it.each([
  ['a stray byte', [0xff]],
  ['a lone continuation', [0x80]],
  ['a character cut short', [0xc3]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
])('refuses bad UTF-8: %s', (_, bytes) => {
  const around = (middle: number[]) =>
    parseJsonObject(
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from(middle), Buffer.from('"}')]),
      tokenLimits,
    )
  expect(around([0x62])).toEqual({ a: 'b' })
  expect(around(bytes)).toBeUndefined()
})

it.each(['utf16le', 'latin1'] as const)('refuses text in %s', (encoding) => {
  expect(parseJsonObject(Buffer.from('{"a":"é"}', encoding), tokenLimits)).toBeUndefined()
})

it('reads names that every object inherits where they cannot be assigned', () => {
  Object.defineProperty(Object.prototype, 'toString', { writable: false })
  try {
    expect(parse('{"toString":1,"a":2}')).toEqual({ toString: 1, a: 2 })
    expect(parse('{"toString":1,"toString":2}')).toBeUndefined()
  } finally {
    Object.defineProperty(Object.prototype, 'toString', { writable: true })
  }
})

describe('how much a text may hold', () => {
  const list = (count: number, value: string) =>
    `{"a":[${Array.from({ length: count }, () => value).join()}]}`
  const members = (count: number, first = 0) =>
    Array.from({ length: count }, (_, index) => `"m${first + index}":0`).join()
  const indices = (count: number) => Array.from({ length: count }, (_, index) => `"${index * 10}":0`).join()

  it.each([
    // The list is one of the 256.
    ['256 values', list(255, '0'), list(256, '0')],
    ['64 members', `{${members(64)}}`, `{${members(65)}}`],
    [
      '64 members of all objects together',
      `{"a":{${members(31)}},"b":{${members(31)}}}`,
      `{"a":{${members(31)}},"b":{${members(32)}}}`,
    ],
    ['16 objects', list(15, '{}'), list(16, '{}')],
    ['no name of an index', '{"01":0}', '{"0":0}'],
  ])('of a token: %s', (_, most, more) => {
    expect(parse(most)).toEqual(JSON.parse(most))
    expect(parse(more)).toBeUndefined()
  })

  it.each(['"0"', '"1"', '"42"', '"321"', '"4294967295"', '"99999999999999999999"', '"\\u0034\\u0032"'])(
    'of a token: not a member named %s, at any depth',
    (name) => {
      expect(parse(`{${name}:0}`)).toBeUndefined()
      expect(parse(`{"a":[{"b":{${name}:0}}]}`)).toBeUndefined()
    },
  )

  it.each([
    ['5,000 values', list(4999, '0'), list(5000, '0')],
    ['5,000 members', `{${members(5000)}}`, `{${members(5001)}}`],
    ['100 names of indices', `{${indices(100)}}`, `{${indices(101)}}`],
  ])('of a document: %s', (_, most, more) => {
    expect(parse(most, documentLimits)).toEqual(JSON.parse(most))
    expect(parse(more, documentLimits)).toBeUndefined()
  })

  it('of a document: an index twice is refused, too', () => {
    expect(parse('{"1":1,"2":2}', documentLimits)).toEqual({ '1': 1, '2': 2 })
    expect(parse('{"1":1,"1":2}', documentLimits)).toBeUndefined()
  })

  it('is counted anew for each text, also after one that was refused', () => {
    expect(parse(list(256, '0'))).toBeUndefined()
    expect(parse(list(255, '0'))).toBeDefined()
  })
})
