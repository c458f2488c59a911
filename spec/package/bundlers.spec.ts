import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { output } from './command.js'
import { installation, projectIn } from './installation.js'

jest.setTimeout(120_000)

/** What only the part for servers has, and what only the one that stands in for it in a page has. */
const real = 'is set by the signer; leave it out'
const stub = 'was bundled for a browser'

let project: string
beforeAll(async () => {
  project = await projectIn(await installation('esbuild', 'vite', 'webpack', 'webpack-cli'), 'bundlers')
}, 180_000)
afterAll(() => rm(project, { recursive: true }))

const bundles = new Map<string, Promise<string>>()

/** Bundles a file, once for all that is asked of the bundle, and returns it. Vite and webpack are told by their settings which file. */
function bundledBy(program: string, ...flags: readonly string[]): Promise<string> {
  const name = [program, ...flags].join(' ')
  const bundle = bundles.get(name) ?? bundleOf('backend.js', program, ...flags)
  bundles.set(name, bundle)
  return bundle
}

async function bundleOf(entry: string, program: string, ...flags: readonly string[]): Promise<string> {
  const args = [join(project, '../node_modules', program), ...flags]
  await output(process.execPath, args, project, { ENTRY: entry })
  return readFile(join(project, 'out/bundle.js'), 'utf8')
}

const esbuild = (conditions: string, ...flags: string[]) =>
  bundledBy(
    'esbuild/bin/esbuild',
    'backend.js',
    '--bundle',
    '--format=esm',
    '--outfile=out/bundle.js',
    '--external:node:*',
    ...(conditions === '' ? [] : [`--conditions=${conditions}`]),
    ...flags,
  )
const vite = (config: string, ...flags: string[]) =>
  bundledBy('vite/bin/vite.js', 'build', '--config', config, '--logLevel=error', ...flags)
const webpack = (name: string) =>
  bundledBy('webpack-cli/bin/cli.js', '--config', 'webpack.config.cjs', '--config-name', name)

describe('a bundler for servers at the edge gets what signs', () => {
  it.each<[string, () => Promise<string>]>([
    ['esbuild as wrangler calls it, for Cloudflare', () => esbuild('workerd,worker,browser')],
    ['esbuild as Vercel calls it', () => esbuild('edge-light,browser')],
    ['esbuild for Deno', () => esbuild('deno,browser')],
    ['esbuild for Bun', () => esbuild('bun,browser')],
    ['esbuild for Node', () => esbuild('', '--platform=node')],
    ['Vite with --ssr', () => vite('vite.config.js', '--ssr', 'backend.js')],
    [
      'Vite for a web worker of a server, told its conditions',
      () => vite('vite.edge.js', '--ssr', 'backend.js'),
    ],
    ['webpack for Node', () => webpack('node')],
    ['webpack for the edge, told its conditions', () => webpack('edge')],
  ])('%s', async (_, bundle) => {
    const text = await bundle()
    expect([text.includes(real), text.includes(stub)]).toEqual([true, false])
  })
})

/** What the reader of keys has in it where WebCrypto alone is there, and where Node is. */
const readers = { web: 'which WebCrypto does not read', full: 'is in the format of OpenSSH' }

describe('a bundler for the edge takes the reader of keys that needs nothing of Node', () => {
  it.each<[string, () => Promise<string>, keyof typeof readers]>([
    ['esbuild as wrangler calls it', () => esbuild('workerd,worker,browser'), 'web'],
    ['esbuild as Vercel calls it', () => esbuild('edge-light,browser'), 'web'],
    ['webpack for the edge, told its conditions', () => webpack('edge'), 'web'],
    ['Vite for the edge, told its conditions', () => vite('vite.edge.js', '--ssr', 'backend.js'), 'web'],
    ['esbuild for Deno', () => esbuild('deno,browser'), 'full'],
    ['esbuild for Bun', () => esbuild('bun,browser'), 'full'],
    ['esbuild for Node', () => esbuild('', '--platform=node'), 'full'],
    ['webpack for Node', () => webpack('node'), 'full'],
    ['Vite with --ssr', () => vite('vite.config.js', '--ssr', 'backend.js'), 'full'],
  ])('%s', async (_, bundle, reader) => {
    const text = await bundle()
    const found = Object.entries(readers).filter(([, words]) => text.includes(words))
    expect(found.map(([name]) => name)).toEqual([reader])
    expect(/["']node:/.test(text)).toBe(reader === 'full')
  })
})

describe('a bundler for pages gets what refuses', () => {
  it.each<[string, () => Promise<string>]>([
    ['esbuild', () => esbuild('', '--platform=browser')],
    ['Vite', () => vite('vite.config.js')],
    ['webpack', () => webpack('page')],
    ['webpack for a web worker of a page', () => webpack('worker')],
  ])('%s', async (_, bundle) => {
    const text = await bundle()
    expect([text.includes(real), text.includes(stub)]).toEqual([false, true])
  })
})

describe("a bundler for pages makes the client of one file, without anything of Node's", () => {
  const esm = ['--bundle', '--format=esm', '--outfile=out/bundle.js']
  const webpackFor = (name: string) => ['--config', 'webpack.config.cjs', '--config-name', name]

  it.each<[string, () => Promise<string>]>([
    ['esbuild', () => bundleOf('page.js', 'esbuild/bin/esbuild', 'page.js', ...esm)],
    ['Vite', () => bundleOf('page.js', 'vite/bin/vite.js', 'build', '--config', 'vite.config.js')],
    ['webpack', () => bundleOf('page.js', 'webpack-cli/bin/cli.js', ...webpackFor('page'))],
    [
      'webpack for a web worker',
      () => bundleOf('page.js', 'webpack-cli/bin/cli.js', ...webpackFor('worker')),
    ],
  ])('%s', async (_, bundle) => {
    const text = await bundle()
    expect(text).toContain('not allowed there (CORS)')
    expect(text).not.toMatch(/node:|\bBuffer\b|\bprocess\./)
  })

  const parts = 'createProjectClient, problemOf, ProjectClientError'
  it.each([
    ['calls alone', parts, 2_580],
    ['calls, portals and sockets', `${parts}, openPortal, openSocket`, 3_270],
    ['the page that a portal shows', `${parts}, receiveToken`, 3_100],
  ])('esbuild makes that of %s no larger, compressed and with its texts', async (_, names, maxBytes) => {
    await writeFile(join(project, 'whole.js'), `export { ${names} } from 'reverse-jwt/browser'`)
    const text = await bundleOf('whole.js', 'esbuild/bin/esbuild', 'whole.js', '--minify', ...esm)
    expect(text).toContain('createProjectClient')
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(maxBytes)
  })
})
