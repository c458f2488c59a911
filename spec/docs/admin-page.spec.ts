import { expect, it } from '@jest/globals'
import { answers as bodyAnswers } from '../../lib/http/json-body.js'
import { answers as adminAnswers, adminProblemOf } from '../../lib/registry/admin/problem.js'
import { RegistryError, type RegistryErrorCode } from '../../lib/registry/index.js'
import { answers as registryAnswers } from '../../lib/registry/registry-error.js'
import { document, operations } from '../registry/admin/open-api.js'
import { anchorsOf, published, read, sectionOf } from './markdown.js'

const page = read('docs/admin.md')
const answers = { ...registryAnswers, ...adminAnswers, ...bodyAnswers }
const codes = Object.keys(answers) as (keyof typeof answers)[]

it('names every route, with its query and its body', () => {
  const shown = Array.from(page.matchAll(/^\| `([A-Z]+ \/[^`?]*)/gm), ([, route = '']) => route)
  expect(shown.toSorted()).toEqual(Array.from(operations.keys()).toSorted())
})

it('has a heading for every code, and for no other', () => {
  const headings = Array.from(sectionOf(page, '## Errors').matchAll(/^### (.+)$/gm), ([, code = '']) => code)
  expect(headings.toSorted()).toEqual(codes.toSorted())
})

it.each(codes)('begins what it says of %s with its status', (code) => {
  expect(sectionOf(page, `### ${code}`)).toMatch(new RegExp(`^\nStatus ${answers[code][0]}[:,] `))
})

it('is where the type of every problem leads', () => {
  const types = (Object.keys(registryAnswers) as RegistryErrorCode[]).map(
    (code) => adminProblemOf(new RegistryError(code, 'x')).type,
  )
  types.push(adminProblemOf(new Error('x')).type)
  const anchors = anchorsOf(page).map((anchor) => `${published}docs/admin.md#${anchor}`)
  expect(types.filter((type) => !anchors.includes(type))).toEqual([])
})

it('has the codes of openapi.json', () => {
  const { Problem } = document.components.schemas as unknown as {
    Problem: { properties: { code: { enum: string[] } } }
  }
  expect(codes.toSorted()).toEqual(Problem.properties.code.enum.toSorted())
})
