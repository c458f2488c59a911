import { accepts, refuses, type GroupDefinition } from '../definition.js'

type Change = (text: string) => string | Buffer

const malformed = (about: string, claimsText: Change) => refuses('token_malformed', about, { claimsText })
const malformedHeader = (about: string, headerText: Change) =>
  refuses('token_malformed', about, { headerText })
const wellFormed = (about: string, claimsText: Change) => accepts(about, { claimsText })

/** One more member at the end, as it is written here. */
const plus = (member: string) => (text: string) => `${text.slice(0, -1)},${member}}`
const plusBytes = (member: string, bytes: readonly number[]) => (text: string) =>
  Buffer.concat([Buffer.from(`${text.slice(0, -1)},"${member}":"`), Buffer.from(bytes), Buffer.from('"}')])
const inFront = (bytes: readonly number[]) => (text: string) =>
  Buffer.concat([Buffer.from(bytes), Buffer.from(text)])

export const jsonText: GroupDefinition = {
  name: 'json-text',
  about: 'Header and claims set are JSON objects of RFC 8259 in UTF-8, without a byte order mark.',
  tests: [
    wellFormed(
      'white space around and within',
      (text) => `\r\n\t ${text.replaceAll(',', ' ,\n ').replaceAll('":', '" : ')}\n`,
    ),
    wellFormed('the members in another order', (text) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse())),
    ),
    wellFormed('names and values with escapes', (text) =>
      text.replace('"jti":"', '"\\u006at\\u0069":"\\u006a'),
    ),
    wellFormed('letters and signs of all planes', plus('"note":"é Ж 中 😀 \\ud83d\\ude00 �"')),
    wellFormed('half of a surrogate pair, escaped, in a claim that nobody reads', plus('"note":"\\ud83d"')),
    malformed('a byte order mark before the claims set', inFront([0xef, 0xbb, 0xbf])),
    malformed('a byte that is never in UTF-8', plusBytes('note', [0xff])),
    malformed('an overlong slash', plusBytes('note', [0xc0, 0xaf])),
    malformed('half of a surrogate pair, as bytes', plusBytes('note', [0xed, 0xa0, 0xbd])),
    malformedHeader('a byte that is never in UTF-8, in the header', plusBytes('note', [0xff])),
    malformed('a list', (text) => `[${text}]`),
    malformed('a NUL behind the object', (text) => `${text}\0`),
    malformed('the last brace is missing', (text) => text.slice(0, -1)),
    malformed('a comma behind the last member', (text) => `${text.slice(0, -1)},}`),
    malformed('a number with a leading zero', plus('"note":01')),
    malformed('a tab within a string, not escaped', plus('"note":"\t"')),
  ],
}

export const jsonMembers: GroupDefinition = {
  name: 'json-members',
  about:
    'Each member once, at any depth, however its name is spelled. No member with the name __proto__, and none with that of an array index, which costs some engines memory.',
  tests: [
    malformed('a claim twice, the first one wrong', (text) => `{"aud":"other",${text.slice(1)}`),
    malformed('a claim twice, once with an escape', plus('"a\\u0075d":"https://platform.example"')),
    malformedHeader('alg twice', plus('"alg":"none"')),
    malformedHeader('kid twice, once with an escape', plus('"\\u006bid":"es256"')),
    malformed('__proto__', plus('"__proto__":{"exp":1}')),
    malformed('__proto__ with an escape, within a claim', plus('"note":{"\\u005f_proto__":1}')),
    wellFormed('other names that objects inherit', plus('"constructor":1,"toString":2,"hasOwnProperty":3')),
    malformed('0 as a name', plus('"0":1')),
    malformed('an index as a name, within a claim', plus('"note":{"42":1}')),
    wellFormed('names that only begin like an index', plus('"00":1,"-1":2,"1.5":3,"1e3":4,"1 ":5')),
  ],
}

const list = (count: number) => JSON.stringify(Array.from({ length: count }, () => 1))
const objects = (count: number) => JSON.stringify(Array.from({ length: count }, () => ({})))
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const members = (count: number) => Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')
/** What the honest claims set holds. */
const claims = 6

export const jsonLimits: GroupDefinition = {
  name: 'json-limits',
  about:
    'Header and claims set each: 16 levels (the object itself is the first), 64 members, 256 values of members and elements, 16 objects, counted at all depths together.',
  tests: [
    wellFormed('16 levels', plus(`"note":${deep(15)}`)),
    malformed('17 levels', plus(`"note":${deep(16)}`)),
    wellFormed('64 members', plus(members(64 - claims))),
    malformed('65 members', plus(members(65 - claims))),
    wellFormed('256 values', plus(`"note":${list(256 - claims - 1)}`)),
    malformed('257 values', plus(`"note":${list(257 - claims - 1)}`)),
    wellFormed('16 objects', plus(`"note":${objects(15)}`)),
    malformed('17 objects', plus(`"note":${objects(16)}`)),
  ],
}
