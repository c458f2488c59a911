import type { Spread } from './interleave.js'

export type Unit = 'ratio' | 'count' | 'µs' | 'ms' | '/s' | 'bytes'

export interface Cell {
  readonly value: Spread
  readonly unit: Unit
}

export interface Table {
  readonly title: string
  /** What was measured, and what the columns are. Markdown. */
  readonly text: string
  readonly columns: readonly string[]
  /** A cell that is null was not measured, because the contestant does not know such a thing. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly (Cell | null)[] }[]
}

/** A target and what was reached. The median counts. */
export interface Verdict {
  readonly target: string
  readonly reached: Cell
  readonly atLeast?: number
  readonly atMost?: number
  /** Who it was measured against, where that is not the same each time. */
  readonly against?: string
}

/** A group of bars of the chart. */
export interface Bars {
  readonly title: string
  readonly unit: Unit
  readonly bars: readonly { readonly name: string; readonly value: number; readonly ours: boolean }[]
}

export interface Part {
  readonly tables: readonly Table[]
  readonly verdicts: readonly Verdict[]
  readonly charts?: readonly Bars[]
}

export interface MeasuredPart extends Part {
  readonly title: string
  readonly form: 'short' | 'full'
  /** ISO date. */
  readonly measured: string
  /** Seconds it took. */
  readonly took: number
  /** Processes that wanted a core, on average of the last minute, before it began. */
  readonly loadBefore: number
}

export interface OnNode {
  /** `v24.21.0`: results of another one of the same major are dropped. */
  readonly version: string
  /** By the name of the part. */
  readonly parts: Readonly<Record<string, MeasuredPart>>
}

export interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly system: string }
  /** By the major version of Node. */
  readonly nodes: Readonly<Record<string, OnNode>>
}

export function isMet({ reached, atLeast = -Infinity, atMost = Infinity }: Verdict): boolean {
  return reached.value.median >= atLeast && reached.value.median <= atMost
}

/** A number alone is one measurement, which has no spread. */
export function cell(value: Spread | number, unit: Unit): Cell {
  const { median, min, max } = typeof value === 'number' ? { median: value, min: value, max: value } : value
  return { value: { median: rounded(median), min: rounded(min), max: rounded(max) }, unit }
}

/** More digits than that no benchmark has. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
