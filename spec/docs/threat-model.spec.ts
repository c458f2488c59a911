import { expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { codesOf, filesBelow, read, sectionOf, tablesOf } from './markdown.js'

const page = read('docs/threat-model.md')
const files = filesBelow('spec')
const [rows = []] = tablesOf(sectionOf(page, '## Bounds'))

it('has a table of bounds', () => {
  expect(rows.length).toBeGreaterThan(20)
})

it.each(rows.map((row) => [row[0] ?? '', codesOf(row.at(-1) ?? '')] as const))(
  'names the specs that hold the bound of %s',
  (_, specs) => {
    expect(specs).not.toEqual([])
    for (const name of specs) {
      expect(
        files.filter((file) => file === `spec/${name}.spec.ts` || file === `spec/${name}.ts`),
      ).toHaveLength(1)
    }
  },
)

const [attacks = [], ...others] = tablesOf(sectionOf(page, '## Attacks, and what happens'))

it('names each attack once', () => {
  const names = [attacks, ...others].flat().map(([name = '']) => name)
  expect(names.length).toBeGreaterThan(80)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})

it.each(attacks.map((row) => [row[0] ?? '', codesOf(row.at(-1) ?? '')] as const))(
  'names the files that end the attack: %s',
  (_, places) => {
    for (const place of places)
      expect([place, existsSync(`lib/${place}.ts`) || existsSync(`lib/${place}`)]).toEqual([place, true])
  },
)
