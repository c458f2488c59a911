import { expect, it } from '@jest/globals'
import { chart } from '../../bench/chart.js'
import { markdown } from '../../bench/markdown.js'
import {
  cell,
  isMet,
  thisMachine,
  type MeasuredPart,
  type Results,
  type Verdict,
} from '../../bench/results.js'
import { shownCell, shownTable, shownVerdict } from '../../bench/show.js'

const measured = { form: 'short', measured: '2026-01-01', took: 1, loadBefore: 0 } as const

const table = {
  title: 'A table',
  text: 'What it is.',
  columns: ['time', 'share'],
  rows: [
    { name: 'one', cells: [cell({ median: 12.34, least: 1, most: 1234 }, 'µs'), cell(0.5, 'ratio')] },
    { name: 'other | more', cells: [cell(7, 'µs'), null] },
  ],
}
const missed: Verdict = { target: 'the share', reached: cell(0.5, 'ratio'), atLeast: 0.6 }
const met: Verdict = { target: 'the time', reached: cell(7, 'µs'), atMost: 7, against: 'other' }
const bars = { title: 'Bars <1>', unit: 'ratio', longerIsBetter: true } as const
const part: MeasuredPart = {
  ...measured,
  title: 'A part',
  tables: [table],
  verdicts: [missed, met],
  charts: [
    {
      ...bars,
      bars: [
        { name: 'a & b', value: 2, ours: false },
        { name: 'us', value: 1, ours: true },
      ],
    },
  ],
}
const results: Results = { machine: thisMachine(), parts: { some: part } }

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
})

it('says whether a target was met', () => {
  expect([missed, met].map(isMet)).toEqual([false, true])
  expect(shownVerdict(missed)).toBe('MISSED: 0.50, at least 0.6')
  expect(shownVerdict(met)).toBe('met: 7.0 µs (other), at most 7')
})

it('makes the page from the results', () => {
  const page = markdown(results)
  expect(page).toContain(`${results.machine.cores} cores (${results.machine.cpu}), Node ${process.version}`)
  expect(page).toContain(
    '| the share | **MISSED**: 0.50, at least 0.6 |\n| the time | met: 7.0 µs (other), at most 7 |',
  )
  expect(page).toContain('| one | 12 (1.0..1,234) µs | 0.50 |\n| other \\| more | 7.0 µs |  |')
  expect(page).toContain('![Throughput and latency of the contestants](performance.svg)')
})

it('draws a bar for each, as long as its number', () => {
  const svg = chart(part.charts ?? [])
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
