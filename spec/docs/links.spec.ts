import { expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anchorsOf, filesBelow, inRepository, linksOf, published, read } from './markdown.js'

const own = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'deploy/README.md']
const pages = [...own, ...filesBelow('docs').filter((file) => file.endsWith('.md'))]

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
  const faults = linksOf(read(page)).map((target) => faultOf(page, target))
  expect(faults.filter((fault) => fault !== undefined)).toEqual([])
})

it('looks at the pages that have links', () => {
  const counts = new Map(pages.map((page) => [page, linksOf(read(page)).length]))
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
