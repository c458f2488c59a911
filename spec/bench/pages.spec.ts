import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { chart } from '../../bench/pages/chart.js'
import { performancePage } from '../../bench/pages/performance.js'
import { sections } from '../../bench/pages/sections.js'
import { targetsPage } from '../../bench/pages/targets.js'
import { thisMachine, withPart } from '../../bench/results-file.js'
import { cell, isMet, type MeasuredPart, type Results, type Verdict } from '../../bench/results.js'
import { shownCell, shownTable, shownVerdict } from '../../bench/show.js'

const measured = { form: 'short', measured: '2026-01-01', took: 1, loadBefore: 0 } as const

const table = {
  title: 'A table',
  text: 'What it is.',
  columns: ['time', 'share'],
  rows: [
    { name: 'one', cells: [cell({ median: 12.34, min: 1, max: 1234 }, 'µs'), cell(0.5, 'ratio')] },
    { name: 'other | more', cells: [cell(7, 'µs'), null] },
  ],
}
const missed: Verdict = { target: 'the share', reached: cell(0.5, 'ratio'), atLeast: 0.6 }
const met: Verdict = { target: 'the time', reached: cell(7, 'µs'), atMost: 7, against: 'other' }
const part: MeasuredPart = { ...measured, title: 'A part', tables: [table], verdicts: [missed, met] }
const lonely: MeasuredPart = {
  ...part,
  tables: [
    {
      title: 'HTTP, RS256, one connection',
      text: '',
      columns: ['p50', 'p50 ÷ ours'],
      rows: [
        { name: 'reverse-jwt', cells: [cell(150, 'µs'), cell(1, 'ratio')] },
        { name: 'express-jwt', cells: [cell(300, 'µs'), cell(2, 'ratio')] },
        { name: 'jose + Map', cells: [cell(140, 'µs'), cell(0.93, 'ratio')] },
      ],
    },
  ],
}
const crowded: MeasuredPart['tables'][number] = {
  title: 'HTTP, EdDSA, 64 connections',
  text: '',
  columns: ['requests/s', 'time ÷ ours'],
  rows: [
    { name: 'reverse-jwt', cells: [cell(4000, '/s'), cell(1, 'ratio')] },
    { name: 'express-oauth2-jwt-bearer', cells: [cell(2000, '/s'), cell(2, 'ratio')] },
    { name: 'jose + Map', cells: [cell(3000, '/s'), cell(1.25, 'ratio')] },
  ],
}
const throughPassport: Verdict = {
  target: "HTTP, EdDSA, 64 connections: through Passport, requests/s, times passport-jwt's",
  reached: cell(0.9, 'ratio'),
  atLeast: 2,
}
const starting: MeasuredPart['tables'][number] = {
  title: 'Start, one ES256 token',
  text: '',
  columns: ['import and first token', 'import and first token ÷ ours'],
  rows: [
    { name: 'reverse-jwt', cells: [cell(60, 'ms'), cell(1, 'ratio')] },
    { name: 'jose', cells: [cell(50, 'ms'), cell(0.83, 'ratio')] },
  ],
}
const results: Results = {
  machine: thisMachine(),
  nodes: {
    26: { version: 'v26.1.0', parts: { some: { ...part, verdicts: [] } } },
    24: {
      version: 'v24.21.0',
      parts: {
        some: part,
        http: { ...lonely, tables: [...lonely.tables, crowded], verdicts: [throughPassport] },
        start: { ...part, form: 'full', tables: [starting], verdicts: [] },
      },
    },
  },
}

it('shows the median, and the spread where there is one', () => {
  expect(table.rows.map(({ cells }) => cells.map(shownCell))).toEqual([
    ['12 (1.0..1,234)', '0.50'],
    ['7.0', ''],
  ])
  expect(shownTable(table).split('\n')).toEqual([
    'A table',
    '                           time  share',
    '  one           12 (1.0..1,234)   0.50',
    '  other | more              7.0       ',
  ])
  expect([1, 1.5].map((queries) => shownCell(cell(queries, 'count')))).toEqual(['1', '1.5'])
})

it('says whether a target was met', () => {
  expect([missed, met].map(isMet)).toEqual([false, true])
  expect(shownVerdict(missed)).toBe('MISSED: 0.50, at least 0.6')
  expect(shownVerdict(met)).toBe('met: 7.0 µs (other), at most 7')
})

describe('results', () => {
  it('of each Node are kept apart, and another part is added', () => {
    const { nodes } = withPart(results, 'v24.21.0', 'other', part)
    expect(Object.keys(nodes)).toEqual(['24', '26'])
    expect(Object.keys(nodes['24']?.parts ?? {})).toEqual(['some', 'http', 'start', 'other'])
    expect(nodes['26']).toBe(results.nodes['26'])
  })

  it('of another version of the same Node give way', () => {
    const { nodes } = withPart(results, 'v24.22.0', 'other', part)
    expect(nodes['24']).toEqual({ version: 'v24.22.0', parts: { other: part } })
  })
})

describe('the page for users', () => {
  const page = performancePage(results)

  it('has each figure beside its Node', () => {
    expect(page).toContain('on Node 24.21.0, 26.1.0')
    expect(page).toContain('| RS256, 24 | 150 | 2.00 |  |  | 0.93 |')
  })

  it('begins with what it serves over HTTP', () => {
    expect(page.split('\n\n')[1]).toBe(
      'With 64 busy connections reverse-jwt serves 0.90 to 2.00 times as many requests a second as its peers (Node 24).',
    )
  })

  it('says where a peer is ahead', () => {
    expect(page).toContain('- **Latency of a lone request**: jose + Map, RS256 (Node 24: 0.93).')
    expect(page).toContain('- **Requests a second**: Passport, EdDSA (Node 24: 0.90).')
    expect(page).toContain("start: jose's time ÷ ours (Node 24: 0.83)")
  })

  it('says in which form it was measured', () => {
    expect(page).toContain('Some parts were measured in the short form, others in the full one')
    const { 26: short = { version: '', parts: {} } } = results.nodes
    const shortPage = performancePage({ ...results, nodes: { 26: short } })
    expect(shortPage).toContain('All parts were measured in the short form.')
  })

  it('leaves out what was not measured', () => {
    expect(page).not.toContain('| RS256, 26')
    expect(page).not.toContain('## Under a flood')
  })

  it('has as many words as a reader has time for', () => {
    const read = readFileSync(join(import.meta.dirname, '../../../docs/performance.md'), 'utf8')
    expect(read.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(2_000)
  })

  it('asks each question once', () => {
    const titles = sections.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
  })
})

it('tells contributors what was reached of each target on each Node, and why not', () => {
  const page = targetsPage(results, 'Because.\n')
  expect(page).toContain('| Target | Node 24 | Node 26 |')
  expect(page).toContain('| the share | **0.50** (≥ 0.6) |  |\n| the time | 7.0 (≤ 7, other) |  |')
  expect(page).toContain('## Why targets are missed\n\nBecause.\n\n')
  expect(page).toContain('| some | short, 2026-01-01, 1 s, load 0.0 | short, 2026-01-01, 1 s, load 0.0 |')
  expect(page.split('### A table').length).toBe(2)
  const head = (version: string) => `| Node ${version} | time | share |\n| --- | --: | --: |\n`
  const rows = '| one | 12 (1.0..1,234) µs | 0.50 |\n| other \\| more | 7.0 µs |  |'
  expect(page).toContain(`What it is.\n\n${head('24.21.0')}${rows}\n\n${head('26.1.0')}${rows}`)
})

it('draws a bar for each, as long as its number', () => {
  const bars = [
    { name: 'a & b', value: 2, ours: false },
    { name: 'us', value: 1, ours: true },
  ]
  const svg = chart([{ title: 'Bars <1>', unit: 'ratio', bars }])
  const lengths = Array.from(
    svg.matchAll(/<rect class="([^"]*)"[^>]* width="([\d.]+)"/g),
    ([, name, width]) => [name, width],
  )
  expect(lengths).toEqual([
    ['bar', '490.0'],
    ['bar ours', '245.0'],
  ])
  expect(svg).toContain('>Bars &lt;1&gt;</text>')
  expect(svg).toContain('>a &amp; b</text>')
  expect(svg).toContain('prefers-color-scheme: dark')
})
