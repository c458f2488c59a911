import { expect, it } from '@jest/globals'
import { document, operations } from '../registry/admin/open-api.js'
import { read } from './markdown.js'

const page = read('docs/admin.md')

it('names every route, with its query and its body', () => {
  const shown = Array.from(page.matchAll(/^\| `([A-Z]+ \/[^`?]*)/gm), ([, route = '']) => route)
  expect(shown.toSorted()).toEqual(Array.from(operations.keys()).toSorted())
})

it('names every code with its status', () => {
  const rows = page.slice(page.indexOf('## Errors')).matchAll(/^\| (`[a-z_`, ]+`) +\| (\d{3})/gm)
  const codes = Array.from(rows, ([, names = '']) => names.match(/[a-z_]+/g) ?? []).flat()
  const { Problem } = document.components.schemas as unknown as {
    Problem: { properties: { code: { enum: string[] } } }
  }
  expect(codes.toSorted()).toEqual(Problem.properties.code.enum.toSorted())
})
