import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formOf, parts, type PartName } from './parts.js'
import { thisMachine, type MeasuredPart, type Results } from './results.js'
import { shownTable, shownVerdict } from './show.js'
import { writeDocs } from './write-docs.js'

/*
 *     npm run bench                        all parts, in their short form
 *     npm run bench -- --full              all parts
 *     npm run bench -- in-process http     some parts
 *     npm run bench -- --write-docs        and docs/performance.md with its chart, from all that was measured so far
 *     npm run bench -- --render            only the latter
 *
 * Ratios between contestants that took turns in this run, as median (least..most). Times of another run or another machine
 * tell nothing. A missed target is no failure, for a busy machine may miss any; only a contestant that errs is one.
 *
 * On a busy machine give it priority among ordinary processes (nice, or /proc/self/autogroup). Not a real-time class: server,
 * generator and kernel threads then starve one another for minutes.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    apart: { type: 'boolean', default: false },
  },
})

const form = formOf(values.full)
const file = fileURLToPath(new URL('../../bench/results.json', import.meta.url))
const names = values.render ? [] : wanted()

// A process for each: what one part leaves behind, in memory and in the optimizing compiler, is no business of the next.
if (names.length > 1) for (const name of names) measureApart(name)
else for (const name of names) await measure(name)

if (!values.apart) {
  const { parts: measured } = earlier()
  console.log('\n== Targets\n')
  for (const [name, { verdicts }] of Object.entries(measured)) {
    if (names.length > 0 && !(names as string[]).includes(name)) continue
    for (const verdict of verdicts) console.log(`  ${verdict.target.padEnd(76)} ${shownVerdict(verdict)}`)
  }
}
if (values['write-docs'] || values.render) await writeDocs(earlier())

function measureApart(name: PartName): void {
  const flags = ['--apart', ...(values.full ? ['--full'] : [])]
  const command = [...process.execArgv, fileURLToPath(import.meta.url), name, ...flags]
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`The part ${name} failed`)
}

async function measure(name: PartName): Promise<void> {
  const { title, run } = parts[name]
  console.log(`\n== ${title}`)
  const [loadBefore = NaN] = loadavg()
  const start = performance.now()
  const part = await run(form)
  const took = Math.round((performance.now() - start) / 1000)
  const today = new Date().toISOString().slice(0, 10)
  const measured: MeasuredPart = { title, form, measured: today, took, loadBefore, ...part }
  for (const table of part.tables) console.log(`\n${shownTable(table)}`)
  console.log(`\n${title}: ${took} s`)
  const results = earlier()
  const all = { ...results, parts: { ...results.parts, [name]: measured } }
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`)
}

function wanted(): readonly PartName[] {
  const names = Object.keys(parts) as PartName[]
  const unknown = positionals.filter((name) => !(names as string[]).includes(name))
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${names.join(', ')}`)
  return positionals.length === 0 ? names : names.filter((name) => positionals.includes(name))
}

/** What this machine measured before: parts may be run one by one. */
function earlier(): Results {
  const machine = thisMachine()
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Results
    if (JSON.stringify(kept.machine) === JSON.stringify(machine)) return kept
  } catch {
    // There is none yet.
  }
  return { machine, parts: {} }
}
