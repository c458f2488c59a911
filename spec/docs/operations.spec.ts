import { describe, expect, it } from '@jest/globals'
import { rules } from '../../lib/events/alerts/rules.js'
import { whatToDo } from '../../lib/registry/record/what-to-do.js'
import { read, sectionOf, tablesOf } from './markdown.js'

const text = read('docs/operations.md')

/** Codes whose reason says more. */
const vague = new Set(['token_not_verified', 'origin_not_allowed', 'store_unavailable'])
const reasons = Object.keys(whatToDo).filter((reason) => !vague.has(reason))

/** The first table under a heading. */
const tableUnder = (heading: string) => tablesOf(sectionOf(text, `## ${heading}`))[0] ?? []

it('says what each reason means and who acts, and of no other', () => {
  const named = tableUnder('Why was this call refused?').flatMap(([cell = '']) =>
    Array.from(cell.matchAll(/`(\w+)`/g), ([, name = '']) => name),
  )
  expect(named.sort()).toEqual(reasons.sort())
})

const durations: Readonly<Record<string, number>> = {
  '30 s': 30,
  '1 min': 60,
  '5 min': 300,
  '15 min': 900,
  '24 h': 86_400,
}

describe('the table of alerts', () => {
  const rows = tableUnder('Alerts').map(([rule = '', severity = '', , window = '']) => ({
    rule: /^\[`(\w+)`\]\(#\w+\)$/.exec(rule)?.[1],
    severity,
    window: durations[window],
  }))

  it('has each rule, with its severity and its window', () => {
    const inOrder = (list: { rule: string | undefined }[]) =>
      list.sort((one, other) => String(one.rule).localeCompare(String(other.rule)))
    expect(inOrder(rows)).toEqual(inOrder(Object.entries(rules).map(([rule, facts]) => ({ rule, ...facts }))))
  })

  it.each(Object.keys(rules))('leads to what to do: %s', (rule) => {
    expect(text).toContain(`\n### ${rule}\n\n`)
  })
})
