import { describe, expect, it } from '@jest/globals'
import { parseJsonObject, tokenLimits } from '../../lib/encoding/strict-json.js'

const parse = (text: string) => parseJsonObject(Buffer.from(text), tokenLimits)

/** Each value, alone and beside others, has the value that JSON.parse gives it. */
function expectAsEver(value: string): void {
  for (const text of [
    `{"a":${value}}`,
    `{"a":${value},"b":1}`,
    `{"b":[${value}]}`,
    `{"b":[1,${value},2]}`,
    `{ "a" : ${value} , "b" : [ ${value} , ${value} ] }`,
  ]) {
    expect([text, parse(text)]).toEqual([text, JSON.parse(text)])
  }
}

/** Refused wherever a value can be. */
function expectRefused(value: string): void {
  for (const text of [`{"a":${value}}`, `{"a":${value},"b":1}`, `{"a":[${value}]}`, `{"a":[1,${value}]}`]) {
    expect([text, parse(text)]).toEqual([text, undefined])
  }
}

describe('a number', () => {
  it.each([
    ...['0', '-0', '1', '-1', '9', '10', '42', '-305', '0.5', '-0.25', '10.75', '1.05'],
    ...['1e3', '1E3', '1e+3', '1e-3', '0e0', '1.5e10', '-1.25E-7', '1e400', '-1e400', '1e-400'],
    // As many digits as a time has, one less, one more.
    ...['1790000000', '1000000000', '9999999999', '-1790000000', '179000000', '17900000001'],
    ...['1790000000.5', '1790000000e1', '1234567.89', '9.79000000', '1234567e10', '12345678901234567890'],
  ])('may be %s', expectAsEver)

  it.each([
    ...['+1', '.5', '1.', '-', '--1', '- 1', '1e', '1e+', '1.e3', '1.5.5', '00', '01', '-01', '0x1'],
    ...['1_000', '1,', '0179000000', '00000000001', '1790000000x', '1790000000.', '1790000000 1'],
    ...['Infinity', '-Infinity', 'NaN', '1n', '\u0661'],
  ])('may not be %s', expectRefused)
})

describe('text', () => {
  it.each([
    ...['""', '" "', '"!"', '"#"', '"["', '"]"', '"/"', '"\u007f"', '"\u0080"', '"\u2028"', '"\uffff"'],
    ...['\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t'].map((escape) => `"a${escape}b"`),
    ...['\\u0041', '\\u00e9', '\\uABCD', '\\uabcd', '\\u0000', '\\ud83d\\ude00'].map(
      (escape) => `"${escape}c"`,
    ),
    ...['"\\n !#[]\u007f\uffff"', '"\\\\\\""', '"{}[],:"', '"\\"{}[],:"'],
  ])('may be %s', expectAsEver)

  it.each([
    ...['"', '"a', '"\\', '"\\"', "'a'", 'a', '"a"b"', '"a" "b"'],
    ...['\\a', '\\x41', '\\v', '\\0', "\\'", '\\U0041', '\\u', '\\u004', '\\u00G1', '\\u{41}', '\\\n'].map(
      (escape) => `"${escape}"`,
    ),
    ...Array.from({ length: 32 }, (_, code) => `"a${String.fromCharCode(code)}"`),
    ...Array.from({ length: 32 }, (_, code) => `"\\n${String.fromCharCode(code)}"`),
  ])('may not be %j', expectRefused)
})

describe('a literal', () => {
  it.each(['true', 'false', 'null'])('may be %s', expectAsEver)

  it.each(['True', 'tru', 'truee', 'fals', 'falsey', 'nul', 'nulll', 'undefined', 't', 'n', 'true false'])(
    'may not be %j',
    expectRefused,
  )
})

describe('an array', () => {
  it.each(['[]', '[ ]', '[[]]', '[[],[]]', '[[1],[2,[3]]]', '[{}]', '[{"c":[]},{"c":2}]'])(
    'may be %s',
    expectAsEver,
  )

  it.each([
    '[',
    ']',
    '[,]',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '[1;2]',
    '[1}',
    '[1',
    '[1,',
    '[1:2]',
    '["a":1]',
  ])('may not be %s', (value) => {
    expect([value, parse(`{"a":${value}}`)]).toEqual([value, undefined])
    expect([value, parse(`{"a":[${value}],"b":1}`)]).toEqual([value, undefined])
  })
})

describe('an object', () => {
  it.each(['{}', '{ }', '{"c":{}}', '{"c":{"c":{}},"d":{}}', '{"c":1,"d":[{"c":2}]}'])(
    'may be %s',
    expectAsEver,
  )

  it.each([
    ...['{', '}', '{,}', '{"c"}', '{"c":}', '{"c" 1}', '{"c"=1}', '{"c"::1}', '{:1}', '{1:1}', '{null:1}'],
    ...[
      '{"c":1,}',
      '{,"c":1}',
      '{"c":1,,"d":2}',
      '{"c":1 "d":2}',
      '{"c":1;"d":2}',
      '{"c":1:"d":2}',
      '{"c":1]',
    ],
    ...['{"c":1,"d"}', '{"c":1,2}', '{"c":1,"d":', '{["c"]:1}', '{"c\n":1}'],
  ])('may not be %s', (value) => {
    expect([value, parse(value)]).toEqual([value, undefined])
    expect([value, parse(`{"a":${value}}`)]).toEqual([value, undefined])
    expect([value, parse(`{"a":[${value}],"b":1}`)]).toEqual([value, undefined])
  })

  it('has its members in their order, and those with inherited names as its own', () => {
    const names = ['z', 'toString', 'a', 'hasOwnProperty', 'valueOf', 'm']
    const text = `{${names.map((name) => `"${name}":"${name}"`).join()}}`
    expect(Object.entries(parse(text) ?? {})).toEqual(names.map((name) => [name, name]))
    const { writable, enumerable, configurable } =
      Object.getOwnPropertyDescriptor(parse(text) ?? {}, 'toString') ?? {}
    expect([writable, enumerable, configurable]).toEqual([true, true, true])
    expect(parse('{"toString":1,"toString":2}')).toBeUndefined()
  })
})

describe('whitespace', () => {
  const parts = ['', '{', '"a"', ':', '[', '1', ',', '2', ']', ',', '"b"', ':', '{', '}', '}', '']

  it.each([' ', '\t', '\n', '\r', ' \t\r\n '])('%j may stand between any two parts', (space) => {
    expect(parse(parts.join(space))).toEqual({ a: [1, 2], b: {} })
  })

  it.each(['\v', '\f', '\u00a0', '\u2028', '\ufeff', '\0', '\u0085', '\u001f', '!'])(
    '%j may stand nowhere',
    (other) => {
      for (let at = 1; at < parts.length; at++) {
        const text = [...parts.slice(0, at), other, ...parts.slice(at)].join('')
        expect([text, parse(text)]).toEqual([text, undefined])
      }
    },
  )
})

it('reads a text as if no other had been read before', () => {
  expect(parse('{"a":"b')).toBeUndefined()
  expect(parse('{"a":1}')).toEqual({ a: 1 })
  expect(parse('{"a":"\\n"}')).toEqual({ a: '\n' })
  expect(parse('{"a":1')).toBeUndefined()
  expect(parse('{}')).toEqual({})
})
