import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { meterEvents, type EventMeter, type MeterEventsOptions } from '../../lib/events/index.js'
import { allEvents } from '../events/meter/all-events.js'
import { blocksOf, read, sectionOf } from './markdown.js'

type MeterOf = (registry: Registry) => EventMeter

/** The recipe of docs/metrics.md, as a reader would have it in a file. */
async function recipe(): Promise<MeterOf> {
  const [code = ''] = blocksOf(sectionOf(read('docs/metrics.md'), '### prom-client'), 'js')
  const folder = await mkdtemp(join(import.meta.dirname, 'recipe-'))
  const file = join(folder, 'meter-of.js')
  try {
    await writeFile(file, code)
    const { meterOf } = (await import(file)) as { meterOf: MeterOf }
    return meterOf
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The listener with the real prom-client. */
export async function scraping(options: MeterEventsOptions = {}) {
  const registry = new Registry()
  const listener = meterEvents((await recipe())(registry), options)
  return { listener, registry }
}

/** What is scraped after all that can happen has: of each metric its labels, of each label its values. */
export async function scraped(): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>> {
  const store = { expiringKeys: () => Promise.resolve([]) }
  const { listener, registry } = await scraping({ projects: 1, store, sinks: { record: { dropped: 1 } } })
  for (const event of allEvents()) listener(event)
  const metrics = new Map<string, Map<string, Set<string>>>()
  for (const line of (await registry.metrics()).split('\n')) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    if (name === undefined) continue
    const known = metrics.get(name) ?? new Map<string, Set<string>>()
    metrics.set(name, known)
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(value))
  }
  return metrics
}

/** Labels that Prometheus adds by itself. */
const targets = ['job', 'instance']

/** What an expression names that is never scraped. */
export function unknownIn(expression: string, metrics: Awaited<ReturnType<typeof scraped>>): string[] {
  const unknown: string[] = []
  const selected = new Set<string>()
  for (const [selector, name = '', matchers = ''] of expression.matchAll(
    /(reverse_jwt_\w+)(?:\{([^}]*)\})?/g,
  )) {
    const labels = metrics.get(name)
    if (labels === undefined) {
      if (!Array.from(metrics.values()).some((of) => of.has(name))) unknown.push(name)
      continue
    }
    for (const label of labels.keys()) selected.add(label)
    for (const [, label = '', operator, value = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      if (targets.includes(label)) continue
      const values = labels.get(label)
      const wanted = value.split('|').filter((one) => one !== '' && operator?.startsWith('=') === true)
      if (values === undefined || !wanted.every((one) => values.has(one))) unknown.push(selector)
    }
  }
  for (const [, list = ''] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
    const strange = list
      .split(',')
      .filter((label) => !selected.has(label.trim()) && !targets.includes(label.trim()))
    unknown.push(...strange)
  }
  return unknown
}
