import type { Spread } from './interleave.js'

export function heading(text: string): void {
  console.log(`\n${text}`)
}

export function line(label: string, text: string): void {
  console.log(`  ${label.padEnd(38)} ${text}`)
}

export function shown({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)}..${most.toFixed(2)})`
}

export function micros(nanoseconds: number): string {
  return `${(nanoseconds / 1e3).toFixed(1)} µs`
}

/** The verdict on a target that the median should reach, and how far it is from a later one. */
export function atLeast(reached: Spread, target: number, later?: number): string {
  const verdict = `${shown(reached)}  target >= ${target}: ${reached.median >= target ? 'met' : 'MISSED'}`
  return later === undefined ? verdict : `${verdict}; later ${later}: ${away(reached.median - later)}`
}

/** The verdict on a target that the median should stay under. */
export function atMost(reached: Spread, target: number): string {
  return `${shown(reached)}  target < ${target}: ${reached.median < target ? 'met' : 'MISSED'}`
}

function away(difference: number): string {
  return difference >= 0 ? 'met' : `${(-difference).toFixed(2)} short`
}
