import { expect, it } from '@jest/globals'
import { escaped, quoted, refuseUndefined, refuseUnknownNames } from '../../lib/options/option-checks.js'

const known = { audience: true, maxLifetime: true, typ: true }
const given = (name: string) => () => {
  refuseUnknownNames(JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object, known, 'option')
}

it('lets known names pass, all of them or none', () => {
  expect(() => {
    refuseUnknownNames({ audience: 1, maxLifetime: undefined, typ: null }, known, 'option')
    refuseUnknownNames({}, known, 'option')
  }).not.toThrow()
})

it.each([
  ['audiense', 'audience'],
  ['Audience', 'audience'],
  ['maxlifetime', 'maxLifetime'],
  ['maxLifeTime', 'maxLifetime'],
  ['type', 'typ'],
  ['tpy', 'typ'],
])('says what was probably meant by %s', (name, meant) => {
  expect(given(name)).toThrow(new TypeError(`Unknown option "${name}". Did you mean "${meant}"?`))
})

it.each(['secret', 'maxLife'])('lists what it knows where nothing is like %j', (name) => {
  expect(given(name)).toThrow(new TypeError(`Unknown option "${name}". Known: audience, maxLifetime, typ.`))
})

it('suggests the closest of several', () => {
  expect(() => {
    refuseUnknownNames({ notAfte: 1 }, { notAfters: true, notAfter: true }, 'member of a key')
  }).toThrow(new TypeError('Unknown member of a key "notAfte". Did you mean "notAfter"?'))
})

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'does not know %s, which every object inherits',
  (name) => {
    expect(given(name)).toThrow(`Unknown option "${name}". Known: audience, maxLifetime, typ.`)
  },
)

it.each(['a\nb', '', 'a b', '-----BEGIN PRIVATE KEY-----', 'https://shop.example', 'é', 'a'.repeat(41)])(
  'does not repeat %j, which may be a value that went astray',
  (name) => {
    expect(given(name)).toThrow(new TypeError('Unknown option. Known: audience, maxLifetime, typ.'))
  },
)

it.each(['a\nb', '', '-----BEGIN PRIVATE KEY-----', 'a'.repeat(21)])(
  'does not repeat %j when it is undefined either',
  (name) => {
    expect(() => {
      refuseUndefined({ [name]: undefined }, 'Option ')
    }).toThrow(new TypeError('Option of an unknown name is undefined; set it or leave it out'))
  },
)

it('quotes a name of at most 40 characters, in ASCII', () => {
  const [longest, tooLong] = ['a'.repeat(40), 'a'.repeat(41)]
  expect([quoted('shop'), quoted(longest), quoted(tooLong)]).toEqual([' "shop"', ` "${longest}"`, ''])
  expect(escaped(tooLong)).toBe(`"${tooLong}"`)
  expect(escaped('sh\u200bop \u202e"\u{1f6d2}\u0085')).toBe('"sh\\u200bop \\u202e\\"\\ud83d\\uded2\\u0085"')
})
