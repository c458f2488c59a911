import { expect, it } from '@jest/globals'
import { codeBlocksOf, examplesOf, filesIn, pages } from '../package/code-blocks.js'
import { filesBelow, read } from './markdown.js'

/** What emits 'error' when a connection is lost that nobody waits for, which ends a process that does not listen. */
const emitters = /(?:(?:const|let) (\w+) = )?(?:await )?(?:new (?:pg\.)?Pool|create(?:Client|Cluster))\b[(<]/g

/** The emitters of a text whose errors nobody listens for: by their names, or where they have none. */
function unheard(code: string): string[] {
  return Array.from(code.matchAll(emitters)).flatMap(([text, name]) =>
    name !== undefined && code.includes(`${name}.on('error'`) ? [] : [text],
  )
}

const blocks = [...pages().flatMap(codeBlocksOf), ...filesIn('lib', '.ts').flatMap(examplesOf)].filter(
  ({ language }) => language === 'js' || language === 'ts',
)
const files = ['example-server', 'bench'].flatMap(filesBelow).filter((file) => file.endsWith('.ts'))
const places = [
  ...blocks.map(({ file, line, code }) => [`${file}:${line}`, code] as const),
  ...files.map((file) => [file, read(file)] as const),
].filter(([, code]) => code.search(emitters) >= 0)

it.each(places)('%s listens for the loss of its idle connections', (_, code) => {
  expect(unheard(code)).toEqual([])
})

it('looks at pages, docstrings and programs', () => {
  const found = places.map(([place]) => place.replace(/:\d+$/, ''))
  expect(found).toEqual(
    expect.arrayContaining([
      'docs/registry.md',
      'docs/replay.md',
      'lib/registry/postgres/project-store.ts',
      'lib/registry/postgres/listener.ts',
      'example-server/operations/project-store.ts',
    ]),
  )
})

it.each([
  'const store = new PostgresProjectStore({ db: new pg.Pool() })',
  "const db = new Pool({ max: 5 })\nother.on('error', log)",
  'const client = await createClient({ url }).connect()',
])('is not content with %s', (code) => {
  expect(unheard(code)).toHaveLength(1)
})
