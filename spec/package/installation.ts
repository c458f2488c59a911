import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kept, tidy } from '../helpers/kept-folder.js'
import { npmInstall } from '../helpers/npm-install.js'
import { output } from './command.js'

/** The root of the repository. Tests run from dist/. */
export const root = join(import.meta.dirname, '../../..')
export const projects = join(root, 'spec/package/projects')

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin: { readonly 'reverse-jwt': string }
  readonly imports: Readonly<Record<'#private-key', Readonly<Record<string, string>>>>
  readonly devDependencies: Readonly<Record<string, string>>
}
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** All that the tarball is made of. */
const ingredients = [
  ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md', 'docs'],
  ...['tsconfig.json', 'lib', 'spec/package/remove-stale-outputs.js'],
]

let packing: Promise<string> | undefined

/** The tarball that `npm publish` would send. */
export function tarball(): Promise<string> {
  return (packing ??= pack())
}

/** In a copy, because `prepack` builds without source maps, and the tests run what is in dist/. */
async function pack(): Promise<string> {
  const folder = await kept(`tarball-${await hashOf(ingredients)}`, async (filling) => {
    const copy = join(filling, 'copy')
    for (const name of ingredients) await cp(join(root, name), join(copy, name), { recursive: true })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    await output('npm', ['pack', '--silent', '--pack-destination', filling], copy)
    await rm(copy, { recursive: true })
  })
  await tidy()
  return join(folder, `reverse-jwt-${manifest.version}.tgz`)
}

async function hashOf(names: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const name of names) {
    const isFolder = (await stat(join(root, name))).isDirectory()
    const files = isFolder ? (await readdir(join(root, name), { recursive: true })).sort() : ['']
    for (const file of files) {
      const path = join(root, name, file)
      if ((await stat(path)).isFile()) hash.update(`${name}/${file}\n`).update(await readFile(path))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/** Versions as the repository's own tests have them, so that the cache of `npm ci` has them too. */
function asTestedHere(name: string): string {
  const range = manifest.devDependencies[name]
  return range === undefined ? name : `${name}@${range}`
}

/**
 * A customer's folder, in which the packed tarball and these packages are installed. It is shared: `projectIn` gives a folder
 * of one's own in it.
 */
export async function installation(...packages: readonly string[]): Promise<string> {
  const packed = await tarball()
  const wanted = packages.map(asTestedHere)
  const hash = createHash('sha256')
    .update([packed, ...wanted].join('\n'))
    .digest('hex')
    .slice(0, 16)
  return kept(`installed-${hash}`, async (folder) => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
    await npmInstall(folder, [packed, ...wanted])
  })
}

/** A copy of a folder of `projects/` within an installation. The caller removes it. */
export async function projectIn(installed: string, project: string): Promise<string> {
  const folder = await mkdtemp(join(installed, 'project-'))
  await cp(join(projects, project), folder, { recursive: true })
  return folder
}

/** A folder with nothing in it, far from anything installed. The caller removes it. */
export function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'reverse-jwt-empty-'))
}

/** What `engines` begins with, and what is newer. The tests themselves run on one more. */
export const nodeVersions = ['20.19.0', '22.12.0', '24', '26'] as const
