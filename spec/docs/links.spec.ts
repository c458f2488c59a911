import { expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anchorsOf, filesBelow, inRepository, read, withoutBlocks } from './markdown.js'

/** Where the package's own pages are on the network: the same files. */
const published = 'https://unpkg.com/reverse-jwt/'

const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))]

/** The targets of a page's links that lead to files of this repository. */
function linksOf(page: string): string[] {
  const links = withoutBlocks(read(page)).matchAll(/\]\(([^)\s]+)\)/g)
  return Array.from(links, ([, target = '']) => target).filter(
    (target) => target.startsWith(published) || !/^[a-z]+:/.test(target),
  )
}

/** Says what is wrong with a link; nothing when it leads somewhere. */
function faultOf(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#')
  const relative = path === '' ? page : join(dirname(page), path)
  const file = path.startsWith(published) ? path.slice(published.length) : relative
  if (!existsSync(inRepository(file))) return `${target}: there is no ${file}`
  if (anchor === undefined || anchorsOf(read(file)).includes(anchor)) return undefined
  return `${target}: ${file} has no heading for it`
}

it.each(pages)('%s has only links that lead somewhere', (page) => {
  const faults = linksOf(page).map((target) => faultOf(page, target))
  expect(faults.filter((fault) => fault !== undefined)).toEqual([])
})

it('looks at the pages that have links', () => {
  const counts = new Map(pages.map((page) => [page, linksOf(page).length]))
  expect(counts.get('README.md')).toBeGreaterThanOrEqual(10)
  expect(counts.get('docs/errors/README.md')).toBeGreaterThanOrEqual(19)
  expect(counts.get('docs/threat-model.md')).toBeGreaterThanOrEqual(2)
})

it('is not content with a file or a heading that is not there', () => {
  expect(faultOf('README.md', 'docs/nothing.md')).toBe('docs/nothing.md: there is no docs/nothing.md')
  expect(faultOf('docs/keys.md', '../README.md#nothing')).toBe(
    '../README.md#nothing: README.md has no heading for it',
  )
  expect(faultOf('docs/keys.md', '#change-a-key-rotation')).toBeUndefined()
  expect(faultOf('README.md', `${published}docs/warnings.md#reverse_jwt_no_tls`)).toBeUndefined()
})
