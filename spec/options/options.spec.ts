import { describe, expect, it } from '@jest/globals'
import {
  algorithm,
  callback,
  flag,
  identifier,
  integer,
  milliseconds,
  moment,
  objectWith,
  oneOf,
  required,
  seconds,
  text,
  unchecked,
} from '../../lib/options/kinds.js'
import {
  argumentReader,
  givenMembers,
  mayBeUndefined,
  membersReader,
  optionsReader,
  type Option,
} from '../../lib/options/options.js'

const read = optionsReader('Owner', {
  audience: required(identifier, 'your name'),
  maxLifetime: seconds({ default: 300, min: 1, max: 3600 }),
  typ: identifier,
})
const given = (name: string) => () =>
  read(JSON.parse(`{ "audience": "a", ${JSON.stringify(name)}: 1 }`) as object)

describe('a reader of options', () => {
  it('gives every option its value, the default of one that is left out included', () => {
    expect(read({ audience: 'a' })).toEqual({ audience: 'a', maxLifetime: 300, typ: undefined })
    expect(read({ audience: 'a', maxLifetime: 5, typ: 'b' })).toEqual({
      audience: 'a',
      maxLifetime: 5,
      typ: 'b',
    })
  })

  it.each([
    ['audiense', 'audience'],
    ['Audience', 'audience'],
    ['maxlifetime', 'maxLifetime'],
    ['maxLifeTime', 'maxLifetime'],
    ['type', 'typ'],
    ['tpy', 'typ'],
  ])('says what was probably meant by %s', (name, meant) => {
    expect(given(name)).toThrow(new TypeError(`Owner: unknown option "${name}". Did you mean "${meant}"?`))
  })

  it.each(['secret', 'maxLife'])('lists what it knows where nothing is like %j', (name) => {
    expect(given(name)).toThrow(
      new TypeError(`Owner: unknown option "${name}". Known: audience, maxLifetime, typ.`),
    )
  })

  it('suggests the closest of several', () => {
    const readKey = optionsReader('Owner', { notAfters: moment, notAfter: moment }, 'member of a key')
    expect(() => readKey({ notAfte: 1 })).toThrow(
      new TypeError('Owner: unknown member of a key "notAfte". Did you mean "notAfter"?'),
    )
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'does not know %s, which every object inherits',
    (name) => {
      expect(given(name)).toThrow(`Owner: unknown option "${name}". Known: audience, maxLifetime, typ.`)
    },
  )

  it.each(['a\nb', '', 'a b', '-----BEGIN PRIVATE KEY-----', 'https://shop.example', 'é', 'a'.repeat(41)])(
    'does not repeat %j, which may be a value that went astray',
    (name) => {
      expect(given(name)).toThrow(new TypeError('Owner: unknown option. Known: audience, maxLifetime, typ.'))
    },
  )

  it('takes an option that is there but undefined for a setting that got lost', () => {
    expect(() => read({ audience: 'a', typ: undefined })).toThrow(
      new TypeError('Owner: typ is undefined; set it or leave it out'),
    )
    expect(() => read({ audience: undefined })).toThrow(
      new TypeError('Owner: audience is undefined; is the variable set that should hold it?'),
    )
    expect(() => read({})).toThrow(new TypeError('Owner: audience is missing: your name'))
  })

  it.each([[undefined], [null], ['a'], [1], [[]], [() => undefined]])(
    'takes an object, and not %p',
    (wrong) => {
      expect(() => read(wrong)).toThrow(
        new TypeError('Owner takes an object; each option has a name: audience, maxLifetime, typ'),
      )
    },
  )

  it('reads each member once, so that none is one thing to the check and another to its user', () => {
    let reads = 0
    const options = {
      get audience() {
        return (reads += 1) === 1 ? 'a' : 5
      },
    }
    expect(read(options).audience).toBe('a')
    expect(reads).toBe(1)
  })
})

describe('a reader of members', () => {
  const readContext = membersReader('verify', { origin: identifier }, 'member of the context')

  it('takes undefined for absent, and a misspelled name for an error all the same', () => {
    expect(readContext({ origin: undefined })).toEqual({ origin: undefined })
    expect(() => readContext({ Origin: 'a' })).toThrow(
      new TypeError('verify: unknown member of the context "Origin". Did you mean "origin"?'),
    )
  })
})

describe('a kind of option', () => {
  const valueOf = <T>(option: Option<T>, value: unknown) =>
    option(value, (what) => new TypeError(`It ${what}`))
  const date = new Date(1_790_000_000_000)
  const store = { find: () => undefined }

  it.each<[string, Option<unknown>, unknown, unknown]>([
    ['seconds', seconds({ max: 10 }), undefined, undefined],
    ['seconds', seconds({ max: 10 }), 0.5, 0.5],
    ['milliseconds', milliseconds({ default: 5, max: 10 }), undefined, 5],
    ['milliseconds', milliseconds({ default: 5, max: 10 }), 7.5, 7.5],
    ['seconds', seconds({ min: 2, max: 10 }), 2, 2],
    ['seconds', seconds({ min: -1, max: 10 }), 0, 0],
    ['integer', integer({ default: 3, max: 10 }), undefined, 3],
    ['integer', integer({ max: 10 }), undefined, undefined],
    ['an object', objectWith('find', 'x'), store, store],
    ['what is checked elsewhere', unchecked, 5, 5],
    ['moment', moment, 1e11, 1e11],
    ['moment', moment, undefined, undefined],
    ['algorithm', algorithm, undefined, undefined],
    ['integer', integer({ max: 10 }), 10, 10],
    ['flag', flag, undefined, false],
    ['flag', flag, true, true],
    ['one of', oneOf('a', 'b'), undefined, 'a'],
    ['one of', oneOf('a', 'b'), 'b', 'b'],
    ['text', text({ default: 'a', fits: () => true, what: 'x' }), undefined, 'a'],
    ['identifier', identifier, 'é', 'é'],
    ['algorithm', algorithm, 'Ed25519', 'EdDSA'],
    ['moment', moment, date, 1_790_000_000],
    ['moment', moment, null, undefined],
    ['callback', callback('x', Math.max), undefined, Math.max],
    ['callback', callback('x'), Math.min, Math.min],
  ])('takes: %s (%#)', (_, option, value, expected) => {
    expect(valueOf(option, value)).toBe(expected)
  })

  it.each<[Option<unknown>, unknown, string]>([
    [seconds({ max: 10 }), 0, 'must be a positive number of seconds up to 10'],
    [
      seconds({ min: 0, max: 10 }),
      5000,
      'must be a number of seconds from 0 to 10; 5000 looks like milliseconds',
    ],
    [
      seconds({ max: 10 }),
      1000,
      'must be a positive number of seconds up to 10; 1000 looks like milliseconds',
    ],
    [seconds({ max: 10 }), 999, 'must be a positive number of seconds up to 10'],
    [seconds({ min: 2000, max: 3000 }), 1500, 'must be a number of seconds from 2000 to 3000'],
    [seconds({ max: 10 }), '5000', 'must be a positive number of seconds up to 10'],
    [objectWith('find', 'a key store'), [], 'must be a key store'],
    [objectWith('find', 'a key store'), null, 'must be a key store'],
    [text({ fits: () => true, what: 'text' }), 5, 'must be text'],
    [moment, '1790000000', 'must be epoch seconds or a Date'],
    [seconds({ max: 10 }), Infinity, 'must be a positive number of seconds up to 10'],
    [milliseconds({ default: 5, max: 10 }), '5', 'must be a positive number of milliseconds up to 10'],
    [integer({ max: 10 }), 1.5, 'must be a whole number from 1 to 10'],
    [integer({ max: 10, of: 'keys' }), 0, 'must be a whole number of keys from 1 to 10'],
    [flag, 'false', 'must be true or false'],
    [oneOf('a', 'b'), 'A', "must be 'a' or 'b'"],
    [callback('that takes an event'), {}, 'must be a function that takes an event'],
    [objectWith('find', 'a key store'), { find: 1 }, 'must be a key store'],
    [objectWith(['a', 'b'], 'both'), { a: Math.max }, 'must be both'],
    [text({ fits: () => false, what: 'nothing' }), '', 'must be nothing'],
    [identifier, ' ', 'must be a string of 1 to 256 characters, not blank, without control characters'],
    [algorithm, 'HS256', /^It must be one of ES256, .*EdDSA$/ as unknown as string],
    [moment, 1_790_000_000_000, 'looks like milliseconds; give epoch seconds or a Date'],
    [moment, new Date(NaN), 'must be epoch seconds or a Date'],
    [required(identifier, 'see there'), undefined, 'is missing: see there'],
  ])('refuses with its sentence (%#)', (option, value, what) => {
    expect(() => valueOf(option, value)).toThrow(
      typeof what === 'string' ? new TypeError(`It ${what}`) : what,
    )
  })
})

describe('an option of which undefined is as good as absent', () => {
  const readQuery = optionsReader('list', { after: mayBeUndefined(identifier), limit: integer({ max: 10 }) })

  it('may be there and undefined, unlike the others', () => {
    expect(readQuery({ after: undefined })).toEqual({ after: undefined, limit: undefined })
    expect(readQuery({ after: 'a' })).toMatchObject({ after: 'a' })
    expect(() => readQuery({ after: 5 })).toThrow(/^list: after must be a string/)
    expect(() => readQuery({ limit: undefined })).toThrow(
      new TypeError('list: limit is undefined; set it or leave it out'),
    )
  })
})

describe('a reader of an argument that stands alone', () => {
  const readStore = argumentReader('CachedKeyStore', 'store', objectWith('find', 'a key store'))

  it('gives its value, or says whose argument is wrong', () => {
    const store = { find: () => undefined }
    expect(readStore(store)).toBe(store)
    expect(() => readStore(undefined)).toThrow(new TypeError('CachedKeyStore: store must be a key store'))
  })
})

it('leaves out members that are undefined, and no others', () => {
  expect(givenMembers({ a: undefined, b: null, c: 0 })).toStrictEqual({ b: null, c: 0 })
})

it('suggests a name however far from the beginning it was misspelled', () => {
  const readNames = optionsReader('Owner', { abcdef: flag, xbcdeg: flag })
  expect(() => readNames({ abcdeg: 1 })).toThrow(/Did you mean "abcdef"/)
  expect(() => readNames({ abcde: 1 })).toThrow(/Did you mean "abcdef"/)
  expect(() => readNames({ bcdef: 1 })).toThrow(/Did you mean "abcdef"/)
  expect(() => readNames({ abc: 1 })).toThrow(/Known: abcdef, xbcdeg/)
})
