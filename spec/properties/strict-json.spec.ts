import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  documentLimits,
  parseJsonObject,
  tokenLimits,
  type JsonLimits,
} from '../../lib/encoding/strict-json.js'
import { holds, Tally } from './property.js'

/** A JSON value as a writer of text sees it: members may repeat, and strings have many spellings. */
type Node =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'array'; readonly elements: readonly Node[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [Name, Node])[] }

interface Name {
  readonly name: string
  /** Spells these characters as \uXXXX. */
  readonly escaped: boolean
}

const names = [
  'a',
  'b',
  'é',
  '',
  ':',
  '"',
  '\\',
  '{',
  '__proto__',
  'proto',
  'toString',
  '\u{1F600}',
  '0',
  '1',
]
const name: fc.Arbitrary<Name> = fc.record({
  name: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, fc.string({ unit: 'binary' })),
  escaped: fc.boolean(),
})
const odd = [
  '1e400',
  '-0',
  '1E2',
  '"\\u0061"',
  '":"',
  '"\\":"',
  '"\\\\"',
  '[]',
  '{}',
  'nul',
  '01',
  '"\n"',
  '',
]
const atom: fc.Arbitrary<Node> = fc
  .oneof(
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.double().map((number) => JSON.stringify(number)),
    fc.constantFrom('true', 'false', 'null', '0'),
    fc.constantFrom(...odd),
  )
  .map((text) => ({ kind: 'atom', text }))

const { object } = fc.letrec<{ node: Node; object: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: tie('object') },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('node'), { maxLength: 3 })
        .map((elements): Node => ({ kind: 'array', elements })),
    },
  ),
  object: fc
    .array(fc.tuple(name, tie('node')), { maxLength: 4 })
    .map((members): Node => ({ kind: 'object', members })),
}))

function spell({ name: text, escaped }: Name): string {
  if (!escaped) return JSON.stringify(text)
  const units = text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
  return `"${units}"`
}

function write(node: Node, space: string): string {
  if (node.kind === 'atom') return node.text
  if (node.kind === 'array')
    return `[${space}${node.elements.map((element) => write(element, space)).join(`,${space}`)}]`
  const members = node.members.map(
    ([member, value]) => `${spell(member)}${space}:${space}${write(value, space)}`,
  )
  return `{${members.join(`,${space}`)}${space}}`
}

/** The model: reads text that JSON.parse has accepted, one character after another, and remembers all names. */
function isStrict(text: string, limits: JsonLimits): boolean {
  let at = 0
  const found = { values: -1, members: 0, objects: 0, indexNames: 0 }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  function value(depth: number): boolean {
    const token = tokens[at++]
    found.values++
    if (token === '{') found.objects++
    if (token !== '{' && token !== '[') return true
    let strict = depth <= 16
    const seen: string[] = []
    while (tokens[at] !== '}' && tokens[at] !== ']') {
      if (tokens[at] === ',') at++
      if (token === '{') {
        const member = JSON.parse(tokens[at] ?? '') as string
        if (seen.includes(member) || member === '__proto__') strict = false
        seen.push(member)
        found.members++
        if (String(Math.abs(parseInt(member, 10))) === member || /^[1-9]\d+$/.test(member)) found.indexNames++
        at += 2
      }
      strict = value(depth + 1) && strict
    }
    at++
    return strict
  }
  const strict = value(1)
  return strict && Object.entries(found).every(([what, count]) => count <= limits[what as keyof JsonLimits])
}

/** What parseJsonObject must return, by JSON.parse and the model. */
function expected(bytes: Buffer, limits: JsonLimits): unknown {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && isStrict(text, limits) ? value : undefined
  } catch {
    return undefined
  }
}

const tally = new Tally()

function agree(bytes: Buffer): void {
  for (const limits of [documentLimits, tokenLimits, fewOfAll]) {
    const wanted = expected(bytes, limits)
    tally.count(wanted === undefined ? 'refused' : 'parsed')
    expect(parseJsonObject(bytes, limits)).toStrictEqual(wanted)
  }
}

/** Small enough for these objects to be just within them and just beyond. */
const fewOfAll: JsonLimits = { values: 8, members: 5, objects: 4, indexNames: 1 }

const space = fc.constantFrom('', '', ' ', '\n\t', '\r', '\u00A0', '\uFEFF')

holds(
  'parses what JSON.parse parses, unless a member repeats or the depth is too great',
  5_000,
  fc.property(object, space, (root, between) => {
    agree(Buffer.from(write(root, between)))
  }),
)

holds(
  'agrees with the model on text with one wrong character',
  3_000,
  fc.property(
    object,
    fc.nat(),
    fc.constantFrom('', ...'{}[]:,"\\ \0'.split('')),
    fc.nat(1),
    (root, position, character, removed) => {
      const text = write(root, '')
      const at = position % (text.length + 1)
      agree(Buffer.from(text.slice(0, at) + character + text.slice(at + removed)))
    },
  ),
)

holds(
  'agrees with the model on wrong bytes, and on what is around an object',
  2_000,
  fc.property(object, fc.uint8Array({ maxLength: 3 }), fc.nat(), (root, rubbish, position) => {
    const bytes = Buffer.from(write(root, ''))
    const at = position % (bytes.length + 1)
    agree(Buffer.concat([bytes.subarray(0, at), rubbish, bytes.subarray(at)]))
  }),
)

holds(
  'agrees with the model at any depth',
  500,
  fc.property(fc.integer({ min: 0, max: 40 }), fc.constantFrom('[', '{"a":'), object, (depth, open, root) => {
    const close = open === '[' ? ']' : '}'
    agree(Buffer.from(`{"a":${open.repeat(depth)}${write(root, '')}${close.repeat(depth)}}`))
  }),
)

it('has met both outcomes often', () => {
  expect(tally.rare(1_000, ['parsed', 'refused'])).toEqual([])
})
