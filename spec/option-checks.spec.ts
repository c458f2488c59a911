import { expect, it } from '@jest/globals'
import { refuseUnknownNames } from '../lib/option-checks.js'

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
