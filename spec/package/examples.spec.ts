import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { codeBlocksOf, examplesOf, filesIn, pages, type CodeBlock } from './code-blocks.js'
import { frameworkPackages, withoutAlias } from './frameworks.js'
import { installation, projectIn, root } from './installation.js'

const sources = filesIn('lib', '.ts')
const examples = [...pages().flatMap(codeBlocksOf), ...sources.flatMap(examplesOf)].filter(
  ({ language }) => language === 'js' || language === 'ts',
)

/** Names that a fragment may use without an import. An example that imports anything must import all of them. */
const importable = new Map([
  ['express', "import express from 'express'"],
  ['passport', "import passport from 'passport'"],
  ['cors', "import cors from 'cors'"],
  ['helmet', "import helmet from 'helmet'"],
  ['Redis', "import { Redis } from 'ioredis'"],
  ['pg', "import pg from 'pg'"],
  ['pino', "import { pino } from 'pino'"],
  ['metrics', "import { metrics } from '@opentelemetry/api'"],
  ...exportsOf('lib/index.ts', 'reverse-jwt'),
  ...exportsOf('lib/browser/index.ts', 'reverse-jwt/browser').filter(([name]) => name !== 'problemOf'),
  ...exportsOf('lib/customer/index.ts', 'reverse-jwt/customer'),
  ...exportsOf('lib/events/index.ts', 'reverse-jwt/observe'),
  ...exportsOf('lib/replay/redis/index.ts', 'reverse-jwt/redis'),
  ...exportsOf('lib/registry/index.ts', 'reverse-jwt/registry'),
  ...exportsOf('lib/session/index.ts', 'reverse-jwt/session').filter(
    ([name]) => name !== 'PrivateKeyInput' && name !== 'RemoteSigner',
  ),
  ...exportsOf('lib/testing/index.ts', 'reverse-jwt/testing'),
])

function exportsOf(file: string, name: string): [string, string][] {
  const text = readFileSync(join(root, file), 'utf8')
  return Array.from(text.matchAll(/\b(?:type )?([A-Za-z]+)(?=,| \})/g), ([, exported = '']) => [
    exported,
    `import { ${exported} } from '${name}'`,
  ])
}

/** One line before the example, so that lines can be counted, and what makes it a module. */
function asModule({ code }: CodeBlock): string {
  const isFragment = !/^import /m.test(code)
  const used = isFragment ? [...importable].filter(([name]) => new RegExp(`\\b${name}\\b`).test(code)) : []
  // A page without a bundler imports the same by its address.
  const text = withoutAlias(code).replace("'/reverse-jwt/index.js'", "'reverse-jwt/browser'")
  return `${used.map(([, line]) => line).join(';')}\n${text}\nexport {}\n`
}

const options: ts.CompilerOptions = {
  strict: true,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}
/** "... implicitly has an 'any' type", "Object is possibly 'null'": JavaScript has no types to give. */
const isAboutMissingTypes = (code: number) => (code >= 7005 && code <= 7053) || code === 2531

let project: string
/** What the compiler says of each example, by its place. */
const complaints = new Map<string, string[]>()
const placeOf = ({ file, line }: CodeBlock) => `${file}:${line}`

beforeAll(async () => {
  const typed = ['express', 'passport', 'cors', 'passport-jwt'].flatMap((name) => [name, `@types/${name}`])
  // passport-jwt and express-jwt are what people come from.
  const packages = [
    '@types/node',
    ...typed,
    ...frameworkPackages,
    '@types/koa',
    'express-jwt',
    'ioredis',
    'redis',
    'pg',
    '@types/pg',
    '@electric-sql/pglite',
    'ws',
    '@types/ws',
    'helmet',
    'pino',
    'prom-client',
    '@opentelemetry/api',
    'supertest',
    '@types/supertest',
    '@jest/globals',
  ]
  project = await projectIn(await installation(...packages), 'examples')
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')

  const fileOf = new Map(
    examples.map((example, index) => [join(project, `example-${index}.${example.language}`), example]),
  )
  for (const [file, example] of fileOf) await writeFile(file, asModule(example))
  const names = ['readers-names.d.ts', 'kms-packages.d.ts', 'playwright.d.ts'].map((name) =>
    join(project, name),
  )
  const program = ts.createProgram([...names, ...fileOf.keys()], options)
  for (const { file, start, code, messageText } of ts.getPreEmitDiagnostics(program)) {
    const example = fileOf.get(file?.fileName ?? '')
    if (example?.language === 'js' && isAboutMissingTypes(code)) continue
    const line = (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) - 1
    const place = example === undefined ? (file?.fileName ?? '') : placeOf(example)
    const text = `line ${line + (example?.line ?? 0)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    complaints.set(place, [...(complaints.get(place) ?? []), text])
  }
}, 180_000)
afterAll(() => rm(project, { recursive: true }))

describe('the code that README, docs and docstrings show', () => {
  it.each(examples.map(placeOf))('compiles: %s', (place) => {
    expect(complaints.get(place) ?? []).toEqual([])
  })

  it('is checked with names that exist', () => {
    const places = new Set(examples.map(placeOf))
    expect([...complaints.keys()].filter((place) => !places.has(place))).toEqual([])
  })

  it('is all found', () => {
    const fences = pages().map(
      (page) => readFileSync(join(root, page), 'utf8').match(/^ *```(js|ts)$/gm) ?? [],
    )
    const tags = sources.map((file) => readFileSync(join(root, file), 'utf8').match(/@example/g) ?? [])
    expect(examples).toHaveLength([...fences, ...tags].flat().length)
    expect(examples.length).toBeGreaterThanOrEqual(20)
  })
})
