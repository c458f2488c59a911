import { spawnSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { nodeProgram } from '../spec/helpers/node-program.js'
import { readArguments } from './arguments.js'
import { writePages } from './pages/write.js'
import { parts, type PartName } from './parts.js'
import { keepPart, majorOf, readResults } from './results-file.js'
import type { MeasuredPart } from './results.js'
import { shownTable, shownVerdict } from './show.js'

/*
 *     npm run bench                        all parts, in their short form, on the Node that runs this
 *     npm run bench -- --full              the same, in their long form
 *     npm run bench -- in-process http     some parts
 *     npm run bench -- --nodes             on Node 20, 22, 24 and 26, which come from npm; without the parts that differ little
 *                                          from Node to Node, unless they are named
 *     npm run bench -- --nodes=24,26       on some
 *     npm run bench -- --write-docs        and docs/performance*.md with the chart, from all that was measured so far
 *     npm run bench -- --render            only the latter
 *
 * Ratios between contestants that took turns in this run, as median (minimum..maximum). Times of another run or another machine
 * tell nothing. A missed target is no failure, for a busy machine may miss any; only a contestant that errs is one.
 *
 * On a busy machine give it priority among ordinary processes (nice, or /proc/self/autogroup). Not a real-time class: server,
 * generator and kernel threads then starve one another for minutes.
 */
const { form, names, nodes, apart, writesPages } = readArguments(process.argv.slice(2))

if (apart) for (const name of names) await measure(name)
else {
  const programs = nodes.length === 0 ? [process.execPath] : await Promise.all(nodes.map(nodeProgram))
  // A process for each part: what one leaves behind, in memory and in the optimizing compiler, is no business of the next.
  const failed: string[] = []
  for (const [at, program] of programs.entries()) {
    for (const name of names) {
      if (!measureApart(program, name)) failed.push(`${name} on Node ${nodes[at] ?? process.version}`)
    }
  }
  showTargets()
  if (writesPages) await writePages(readResults())
  if (failed.length > 0) throw new Error(`These parts failed: ${failed.join(', ')}`)
}

function measureApart(program: string, name: PartName): boolean {
  const flags = ['--apart', ...(form === 'full' ? ['--full'] : [])]
  const command = [...process.execArgv, fileURLToPath(import.meta.url), name, ...flags]
  return spawnSync(program, command, { stdio: 'inherit' }).status === 0
}

async function measure(name: PartName): Promise<void> {
  const { title, run } = parts[name]
  const heading = `${title}, Node ${process.version}`
  console.log(`\n== ${heading}`)
  const [loadBefore = NaN] = loadavg()
  const start = performance.now()
  const part = await run(form)
  const took = Math.round((performance.now() - start) / 1000)
  const today = new Date().toISOString().slice(0, 10)
  const measured: MeasuredPart = { title, form, measured: today, took, loadBefore, ...part }
  for (const table of part.tables) console.log(`\n${shownTable(table)}`)
  console.log(`\n${heading}: ${took} s`)
  keepPart(name, measured)
}

function showTargets(): void {
  const wanted = nodes.length === 0 ? [process.version] : nodes
  const measured = readResults().nodes
  for (const major of wanted.map(majorOf)) {
    const { version = '', parts: mine = {} } = measured[major] ?? {}
    console.log(`\n== Targets, Node ${version}\n`)
    for (const name of names) {
      for (const verdict of mine[name]?.verdicts ?? [])
        console.log(`  ${verdict.target.padEnd(76)} ${shownVerdict(verdict)}`)
    }
  }
}
