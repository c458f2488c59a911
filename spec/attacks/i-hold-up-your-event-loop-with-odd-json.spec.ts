import { expect, it, jest } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { runNode } from '../helpers/child-process.js'

jest.setTimeout(120_000)

interface Cost {
  readonly name: string
  readonly place: string
  readonly length: number
  readonly times: number
  readonly bytes: number
}

const program = fileURLToPath(new URL('./hostile-token-costs.js', import.meta.url))
const { stdout, stderr } = await runNode(['--expose-gc', program])
const costs = JSON.parse(stdout) as Cost[]
const described = (cost: Cost) => `${cost.name}, ${cost.place}, ${cost.length}: ${JSON.stringify(cost)}`

it('measures every shape, names that were never seen among them', () => {
  expect(stderr).toBe('')
  expect(costs.length).toBeGreaterThanOrEqual(20 * 2 * 3)
})

it('refuses no token more slowly than five plain ones of its length', () => {
  expect(costs.filter(({ times }) => !(times <= 5)).map(described)).toEqual([])
})

it('makes of no token more than 64 bytes for each of its characters', () => {
  expect(costs.filter(({ bytes }) => !(bytes <= 64)).map(described)).toEqual([])
  // Otherwise nothing was measured.
  expect(costs.some(({ bytes }) => bytes > 10)).toBe(true)
})
