import { expect, it } from '@jest/globals'
import { read } from './markdown.js'
import { scraped, unknownIn } from './scraped.js'

interface Source {
  readonly type: string
  readonly uid: string
}
interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly { name: string; type: string; query: unknown }[] }
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly datasource: Source
    readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
    readonly targets: readonly {
      readonly expr: string
      readonly refId: string
      readonly datasource: Source
    }[]
  }[]
}

const dashboard = JSON.parse(read('docs/observe/grafana.json')) as Dashboard
const { panels, templating } = dashboard

it('is a dashboard of 8 panels, whose data source is chosen when it is opened', () => {
  expect(dashboard).toMatchObject({
    uid: 'reverse-jwt',
    title: 'reverse-jwt',
    schemaVersion: expect.any(Number),
  })
  expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
  expect(panels).toHaveLength(8)
  expect(new Set(panels.map(({ id }) => id)).size).toBe(8)
  const sources = panels.flatMap(({ datasource, targets }) => [
    datasource,
    ...targets.map((one) => one.datasource),
  ])
  for (const source of sources) expect(source).toEqual({ type: 'prometheus', uid: '${datasource}' })
})

it('has panels that do not lie upon each other', () => {
  const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  )
  expect(new Set(taken).size).toBe(taken.length)
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
})

it('shows only metrics that there are, all of them, and uses only variables that it has', async () => {
  const metrics = await scraped()
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  expect(expressions.flatMap((one) => unknownIn(one, metrics))).toEqual([])
  const variables = new Set(
    expressions.flatMap((one) => Array.from(one.matchAll(/\$(\w+)/g), ([, name]) => name)),
  )
  expect([...variables].toSorted()).toEqual(['__rate_interval', 'job'])
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'job'])
  const shown = new Set(
    expressions
      .flatMap((one) => one.match(/reverse_jwt_\w+(?=\{)/g) ?? [])
      .map((name) => name.replace(/_bucket$/, '')),
  )
  const all = new Set([...metrics.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')))
  expect(shown).toEqual(all)
})
