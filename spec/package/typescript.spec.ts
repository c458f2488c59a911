import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { output, run } from './command.js'
import { installation, projectIn, projects, root } from './installation.js'

jest.setTimeout(60_000)

/** The newest TypeScript, the one before it, and the oldest one that knows that Node can require ES modules. */
const compilers = {
  // An installation has it.
  '5.8': '',
  '6': join(root, 'node_modules/typescript/bin/tsc'),
  '7': join(root, 'node_modules/typescript7/bin/tsc'),
}
type Compiler = keyof typeof compilers

const always = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
}
/** Checks our declaration files too, and that they find all they need. Not always, for it is slow. */
const declarations = { skipLibCheck: false }

async function compile(
  project: string,
  version: Compiler,
  files: readonly string[],
  settings: Record<string, unknown>,
): Promise<string> {
  await configure(project, files, settings)
  const { stdout } = await run(process.execPath, [compilers[version], '--pretty', 'false'], project)
  return stdout
}

async function configure(
  project: string,
  files: readonly string[],
  { type = 'module', ...settings }: Record<string, unknown>,
): Promise<void> {
  const compilerOptions = { ...always, outDir: 'out', ...settings }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type }))
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  await rm(join(project, 'out'), { recursive: true, force: true })
}

/** A program for each folder, in one run of the compiler, which reads what they have in common once. */
async function compileAll(project: string, version: Compiler, folders: readonly string[]): Promise<string> {
  const args = [compilers[version], '--build', '--pretty', 'false', ...folders]
  const { code, stdout, stderr } = await run(process.execPath, args, project)
  return code === 0 ? stdout + stderr : `ended with ${code}: ${stdout}${stderr}`
}

const commonjs = { type: 'commonjs' }
const cannotRequire = /^use\.ts.*error TS1479: .*cannot be imported with 'require'/m

it('compiles with the types of the newest Node', async () => {
  const project = await projectIn(await installation('@types/node@26'), 'typescript')
  try {
    expect(await compile(project, '7', ['use.ts'], { module: 'nodenext', ...declarations })).toBe('')
  } finally {
    await rm(project, { recursive: true })
  }
}, 180_000)

describe('with @types/node alone', () => {
  let project: string
  beforeAll(async () => {
    const installed = await installation('@types/node', 'typescript@5.8')
    compilers['5.8'] = join(installed, 'node_modules/typescript/bin/tsc')
    project = await projectIn(installed, 'typescript')
  }, 180_000)
  afterAll(() => rm(project, { recursive: true }))

  /** Every setting with the oldest and the newest compiler; what lies between them can hardly fail alone. */
  const works: [Compiler, Record<string, unknown>, file?: string][] = [
    ['7', { module: 'nodenext', ...declarations }],
    ['7', { module: 'node16' }],
    ['7', { module: 'esnext', moduleResolution: 'bundler', ...declarations }],
    ['7', { module: 'nodenext', ...commonjs }],
    ['7', { module: 'commonjs', ...commonjs }],
    ['7', { module: 'node16', ...commonjs }, 'use-dynamic-import'],
    ['6', { module: 'commonjs', ...commonjs }],
    ['5.8', { module: 'nodenext', ...declarations }],
    ['5.8', { module: 'esnext', moduleResolution: 'bundler' }],
    ['5.8', { module: 'nodenext', ...commonjs }],
    ['5.8', { module: 'node16', ...commonjs }, 'use-dynamic-import'],
  ]
  const dom = { lib: ['es2022', 'dom'], types: [], noEmit: true, ...declarations }
  /** A page has none of Node's types. */
  const pages: [Compiler, Record<string, unknown>][] = [
    ['7', { module: 'esnext', moduleResolution: 'bundler', ...dom }],
    ['5.8', { module: 'esnext', moduleResolution: 'bundler', ...dom }],
  ]
  const folderOf = (at: number) => join(project, `case-${at}`)
  const cases = [...works, ...pages.map(([version, settings]) => [version, settings, 'page'] as const)]

  it.each(Object.keys(compilers) as Compiler[])('TypeScript %s compiles what works', async (version) => {
    const folders: string[] = []
    for (const [at, [compiler, settings, file = 'use']] of cases.entries()) {
      if (compiler !== version) continue
      await cp(join(projects, 'typescript'), folderOf(at), { recursive: true })
      await configure(folderOf(at), [`${file}.ts`], settings)
      folders.push(folderOf(at))
    }
    expect(await compileAll(project, version, folders)).toBe('')
  })

  it.each(works.map(([version, settings, file = 'use'], at) => ({ version, settings, file, at })))(
    'what TypeScript $version has compiled with $settings runs',
    async ({ file, at }) => {
      const program = join(folderOf(at), `out/${file}.js`)
      expect(await output(process.execPath, [program], project)).toBe('shop\ntoken_replayed\n')
    },
  )

  const fails: [Compiler, Record<string, unknown>, RegExp][] = [
    ['7', { module: 'node16', ...commonjs }, cannotRequire],
    ['5.8', { module: 'node16', ...commonjs }, cannotRequire],
    ['5.8', { module: 'commonjs', ...commonjs }, /^use\.ts.*error TS2307: .*'reverse-jwt'/m],
    ['7', { module: 'nodenext', types: [], ...declarations }, /error TS2591: Cannot find name 'node:crypto'/],
  ]
  it.each(fails)('TypeScript %s with %j cannot, as README says', async (version, settings, message) => {
    expect(await compile(project, version, ['use.ts'], settings)).toMatch(message)
  })
})

describe.each(['5', '4'])('with the types of Express %s and of Passport', (express) => {
  let project: string
  beforeAll(async () => {
    const types = express === '5' ? '@types/express' : '@types/express@4'
    project = await projectIn(await installation('@types/node', types, '@types/passport'), 'typescript')
  }, 180_000)
  afterAll(() => rm(project, { recursive: true }))

  const settings = { module: 'nodenext', noEmit: true }

  it('fits middleware, error handler and strategy', async () => {
    expect(await compile(project, '7', ['faces.ts'], { ...settings, ...declarations })).toBe('')
  })

  it('has req.project after an import of reverse-jwt/express-types, and not before', async () => {
    expect(await compile(project, '7', ['request-members-declared.ts'], settings)).toBe('')
    const without = await compile(project, '7', ['request-members.ts'], settings)
    expect(without).toMatch(/TS2339: Property 'project' .*\n.*TS2339: Property 'projectToken' /)
  })
})
