import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { chart } from './chart.js'
import { markdown } from './markdown.js'
import type { Results } from './results.js'

/** The page and its chart. */
export async function writeDocs(results: Results): Promise<void> {
  const groups = Object.values(results.parts).flatMap(({ charts = [] }) => charts)
  const pages = {
    'performance.md': markdown(results),
    'performance.svg': chart(groups),
  }
  for (const [name, text] of Object.entries(pages)) {
    const filepath = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))
    const formatted = name.endsWith('.svg')
      ? text
      : await format(text, { ...(await resolveConfig(filepath)), filepath })
    await writeFile(filepath, formatted)
  }
}
