import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { linksOf, published } from '../docs/markdown.js'
import { run } from './command.js'
import { installation, manifest, root, tarball } from './installation.js'

jest.setTimeout(60_000)

/** The package as a customer's node_modules has it. */
let folder: string
let files: string[]
beforeAll(async () => {
  folder = join(await installation('express', 'passport'), 'node_modules/reverse-jwt')
  files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // Express has an older version of one of them.
    .filter((file) => !file.startsWith('node_modules/'))
}, 180_000)

const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')

/** What stands for `#private-key` in Node, and at the edge. */
const readersOfKeys = { node: 'dist/lib/signing/private-key.js', edge: 'dist/lib/signing/web-key.js' }

/** All modules that come with a module, with the packages and built-in modules that they name. */
function reachableFrom(module: string, readerOfKeys = readersOfKeys.node): Set<string> {
  const reached = new Set<string>()
  const visit = (file: string) => {
    if (reached.has(file)) return
    reached.add(file)
    for (const name of importsOf(join(folder, file))) {
      if (name === '#private-key') visit(readerOfKeys)
      else if (name.startsWith('.')) visit(join(dirname(file), name))
      else reached.add(name)
    }
  }
  visit(module)
  return reached
}
function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName)
}

/** The files of jose that are loaded with a module. */
function filesOfJose(module: string): Set<string> {
  const loaded = new Set<string>()
  const visit = (file: string) => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const name of importsOf(file)) visit(createRequire(file).resolve(name))
  }
  const names = packagesOf(module).filter((name) => /^jose(\/|$)/.test(name))
  for (const name of names) visit(createRequire(join(folder, module)).resolve(name))
  return loaded
}

const packagesOf = (module: string, readerOfKeys?: string) =>
  [...reachableFrom(module, readerOfKeys)].filter((name) => !name.startsWith('dist/')).sort()

describe('the packed package', () => {
  it('holds what a customer needs, and nothing else', () => {
    const others = files.filter((file) => !/^(dist\/lib|docs)\//.test(file)).sort()
    expect(others).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'])
    const docs = files.filter((file) => file.startsWith('docs/'))
    const data = docs.filter((file) => !file.endsWith('.md') && !file.startsWith('docs/snippets/'))
    expect(data.sort()).toEqual([
      'docs/observe/grafana.json',
      'docs/observe/prometheus-rules.yml',
      'docs/openapi.json',
      'docs/vectors.json',
    ])
    const notForUsers = /^docs\/(api|reference|mutation-testing|performance|scale)\b/
    expect(docs.filter((file) => notForUsers.test(file))).toEqual([])
    expect(files.filter((file) => /\b(spec|test|bench)\b/.test(file))).toEqual([])
  })

  it('has no map of sources that are not in it, nor a line that names one', () => {
    expect(files.filter((file) => /\.map$|tsbuildinfo/.test(file))).toEqual([])
    const mapped = files.filter((file) => /^\/\/# sourceMappingURL/m.test(textOf(file)))
    expect(mapped).toEqual([])
  })

  it('has only links that lead to files in it', () => {
    const pages = files.filter((file) => file.endsWith('.md'))
    const links = pages.flatMap((page) => linksOf(textOf(page)).map((target) => [page, target] as const))
    expect(links.length).toBeGreaterThan(100)
    const leadsNowhere = ([page, target]: readonly [string, string]) => {
      const [path = ''] = target.replace(published, '/').split('#')
      if (path === '') return false
      return !existsSync(join(folder, path.startsWith('/') ? path : join(dirname(page), path)))
    }
    expect(links.filter(leadsNowhere)).toEqual([])
  })

  it('has a declaration for each module of lib, and no other modules', () => {
    const modules = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [name.replace(/ts$/, 'd.ts'), name.replace(/ts$/, 'js')])
    const packed = files.filter((file) => file.startsWith('dist/lib/'))
    expect(packed.sort()).toEqual(modules.map((name) => `dist/lib/${name}`).sort())
  })

  it.each(Object.entries(manifest.exports))('has the files of the entry %s', (_entry, target) => {
    for (const file of typeof target === 'string' ? [target] : Object.values(target)) {
      expect([file, existsSync(join(folder, file))]).toEqual([file, true])
    }
  })

  it('has no module that awaits before it is loaded, which require() could not do', () => {
    const modules = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'))
    expect(modules.length).toBeGreaterThan(30)
    for (const file of modules) {
      const source = ts.createSourceFile(
        file,
        readFileSync(join(folder, file), 'utf8'),
        ts.ScriptTarget.Latest,
      )
      expect([file, awaitsAtTopLevel(source)]).toEqual([file, false])
    }
  })
})

function awaitsAtTopLevel(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
    return true
  return ts.forEachChild(node, awaitsAtTopLevel) ?? false
}

describe('what an entry brings along', () => {
  it('is nothing for the protocol, which a page could load', () => {
    expect([...reachableFrom('dist/lib/protocol.js')]).toEqual(['dist/lib/protocol.js'])
  })

  it("is nothing for the page's client, whose files import each other by their paths", () => {
    const reached = [...reachableFrom('dist/lib/browser/index.js')]
    expect(reached.filter((name) => !name.startsWith('dist/lib/browser/'))).toEqual([])
    expect(reached.length).toBeGreaterThan(4)
    for (const file of reached) expect(textOf(file)).not.toMatch(/\b(?:Buffer|process|require)\b|node:/)
  })

  it('is node:crypto and parts of jose for the customer', () => {
    expect(packagesOf('dist/lib/customer/index.js')).toEqual([
      'jose/base64url',
      'jose/jwk/thumbprint',
      'jose/jwt/sign',
      'jose/key/export',
      'jose/key/generate/keypair',
      'node:crypto',
    ])
  })

  it('is parts of jose alone for the customer at the edge', () => {
    const packages = packagesOf('dist/lib/customer/index.js', readersOfKeys.edge)
    expect(packages.filter((name) => !name.startsWith('jose/'))).toEqual([])
    expect(Object.values(manifest.imports['#private-key'])).toContain(`./${readersOfKeys.edge}`)
    expect(manifest.imports['#private-key'].default).toBe(`./${readersOfKeys.node}`)
  })

  it.each(['customer', 'registry'])('is at most 17 of the 46 modules of jose for the entry %s', (entry) => {
    const loaded = filesOfJose(`dist/lib/${entry}/index.js`).size
    expect(loaded).toBeGreaterThan(10)
    expect(loaded).toBeLessThanOrEqual(17)
  })

  it('is parts of jose and what Node has for the registry, and no driver of a database', () => {
    expect(packagesOf('dist/lib/registry/index.js')).toEqual([
      'ipaddr.js',
      'jose/jwk/thumbprint',
      'jose/jwt/verify',
      'jose/key/export',
      'jose/key/generate/keypair',
      'jose/key/import',
      'node:buffer',
      'node:crypto',
      'node:dns/promises',
      'node:https',
      'node:net',
      'node:timers/promises',
      'node:util',
    ])
  })

  it('is parts of jose and what Node has for sessions', () => {
    expect(packagesOf('dist/lib/session/index.js')).toEqual([
      'jose/base64url',
      'jose/jwt/sign',
      'lru-cache',
      'node:buffer',
      'node:crypto',
    ])
  })

  it('is what Node has for tests, and no runner of tests', () => {
    expect(packagesOf('dist/lib/testing/index.js')).toEqual(['node:crypto'])
  })

  it('is a cache for listeners of events', () => {
    expect(packagesOf('dist/lib/events/index.js')).toEqual(['lru-cache'])
  })

  it('is nothing for the stub that browsers get, and nothing for the types of Express', () => {
    expect(packagesOf('dist/lib/customer/not-in-a-browser.js')).toEqual([])
    expect(packagesOf('dist/lib/express-types.js')).toEqual([])
  })

  it('is no client of Redis for the Redis replay store', () => {
    expect(packagesOf('dist/lib/replay/redis/index.js')).toEqual(['node:crypto', 'node:timers/promises'])
  })

  it('is neither Express nor Passport for the platform', () => {
    expect(packagesOf('dist/lib/index.js')).toEqual([
      'ipaddr.js',
      'lru-cache',
      'node:buffer',
      'node:crypto',
      'node:dns/promises',
      'node:https',
      'node:net',
      'node:timers/promises',
      'on-headers',
      'passport-strategy',
    ])
  })
})

describe('the linters of packages', () => {
  const program = (name: string) => join(root, 'node_modules', name)

  it('publint finds nothing', async () => {
    const args = [program('publint/src/cli.js'), 'run', await tarball(), '--strict']
    expect(await run(process.execPath, args, root)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All good!'),
    })
  })

  // The package is ES modules only. require() of them is what Node calls it and what the other tests here do, so the one rule
  // against that is off; the profile leaves out node10, which TypeScript 6 has deprecated and which does not read `exports`.
  it('attw finds nothing but that require() gets an ES module', async () => {
    const args = [
      program('@arethetypeswrong/cli/dist/index.js'),
      await tarball(),
      '--profile',
      'node16',
      '--no-color',
    ]
    // The control: it does see the package, and minds the one thing.
    expect((await run(process.execPath, args, root)).code).toBe(1)
    const ignore = ['--ignore-rules', 'cjs-resolves-to-esm']
    expect(await run(process.execPath, [...args, ...ignore], root)).toMatchObject({ code: 0 })
  })
})
