import type { Bars } from '../results.js'
import { shownNumber, unitOf } from '../show.js'

const width = 860
const barsFrom = 250
const barsTo = 740
const row = 24
const between = 34

/** The groups of bars below one another, as an SVG that reads on light and on dark ground. */
export function chart(groups: readonly Bars[]): string {
  const shapes: string[] = []
  let y = 20
  for (const { title, unit, bars } of groups) {
    shapes.push(`<text class="title" x="12" y="${y}">${escaped(title)}</text>`)
    y += 12
    const longest = Math.max(...bars.map(({ value }) => value))
    for (const { name, value, ours } of bars) {
      const length = Math.max(1, ((barsTo - barsFrom) * value) / longest)
      const middle = y + row / 2 + 4
      shapes.push(
        `<text class="name${ours ? ' ours' : ''}" x="${barsFrom - 10}" y="${middle}">${escaped(name)}</text>`,
        `<rect class="${ours ? 'bar ours' : 'bar'}" x="${barsFrom}" y="${y + 4}" width="${length.toFixed(1)}" height="${row - 8}" rx="2"/>`,
        `<text class="value" x="${(barsFrom + length + 8).toFixed(1)}" y="${middle}">${shownNumber(value, unit)}${unitOf(unit)}</text>`,
      )
      y += row
    }
    y += between
  }
  const height = Math.max(y - between + 12, 20)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>Requests a second of the contestants</title>',
    `<style>${style}</style>`,
    ...shapes,
    '</svg>',
    '',
  ].join('\n')
}

/** Middle tones, which stand out from white and from black; nothing is told by colour alone. */
const style = [
  'text { font: 13px system-ui, sans-serif; fill: #57606a }',
  '.title { font-weight: 600 }',
  '.name { text-anchor: end }',
  '.ours { font-weight: 600 }',
  '.bar { fill: #8c959f }',
  '.bar.ours { fill: #1f7ae0 }',
  '@media (prefers-color-scheme: dark) { text { fill: #c9d1d9 } .bar { fill: #6e7681 } .bar.ours { fill: #58a6ff } }',
].join(' ')

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
