import type { Cell, Table, Unit, Verdict } from './results.js'
import { isMet } from './results.js'

/** `0.94 (0.91..0.97)`; nothing for what was not measured. */
export function shownCell(cell: Cell | null): string {
  if (cell === null) return ''
  const { median, min, max } = cell.value
  const one = (value: number) => shownNumber(value, cell.unit)
  if (min === max) return one(median)
  return `${one(median)} (${one(min)}..${one(max)})`
}

export function shownNumber(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '?'
  if (unit === 'ratio')
    return value >= 99.5 ? value.toFixed(0) : value >= 9.95 ? value.toFixed(1) : value.toFixed(2)
  if (unit === 'count' && Number.isInteger(value)) return value.toLocaleString('en')
  return Math.abs(value) < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en')
}

/** `met: 0.94 (0.91..0.97), at least 0.93`. */
export function shownVerdict(verdict: Verdict): string {
  const { reached, atLeast, atMost, against } = verdict
  const close =
    shownNumber(reached.value.median, reached.unit) === shownNumber(atLeast ?? atMost ?? NaN, reached.unit)
  const exact = close && !isMet(verdict) ? `, exactly ${reached.value.median}` : ''
  const limit = atLeast === undefined ? `at most ${atMost ?? '?'}` : `at least ${atLeast}`
  const whom = against === undefined ? '' : ` (${against})`
  return `${isMet(verdict) ? 'met' : 'MISSED'}: ${shownCell(reached)}${unitOf(reached.unit)}${whom}${exact}, ${limit}`
}

export function unitOf(unit: Unit): string {
  return unit === 'ratio' || unit === 'count' ? '' : ` ${unit}`
}

/** A table for a terminal. */
export function shownTable({ title, columns, rows }: Table): string {
  const lines = [['', ...columns], ...rows.map(({ name, cells }) => [name, ...cells.map(shownCell)])]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at + 1]?.length ?? 0)))
  const first = Math.max(...lines.map((line) => line[0]?.length ?? 0))
  const shown = lines.map(([name = '', ...cells]) =>
    ['  ' + name.padEnd(first), ...cells.map((text, at) => text.padStart(widths[at] ?? 0))].join('  '),
  )
  return [title, ...shown].join('\n')
}
