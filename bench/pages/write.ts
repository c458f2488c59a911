import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import type { Results } from '../results.js'
import { chart } from './chart.js'
import { nodesOf } from './figures.js'
import { hasChart, performancePage } from './performance.js'
import { targetsPage } from './targets.js'

const pathOf = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

/** Both pages and the chart. */
export async function writePages(results: Results): Promise<void> {
  const reasons = await readFile(pathOf('bench/missed-targets.md'), 'utf8')
  await writePage('docs/performance.md', performancePage(results))
  await writePage('docs/performance-targets.md', targetsPage(results, reasons))
  const charted = nodesOf(results).filter(hasChart)
  await writeFile(
    pathOf('docs/performance.svg'),
    chart(charted.flatMap(({ parts }) => parts.http?.charts ?? [])),
  )
}

async function writePage(name: string, text: string): Promise<void> {
  const filepath = pathOf(name)
  await writeFile(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }))
}
