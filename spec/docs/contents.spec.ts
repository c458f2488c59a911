import { describe, expect, it } from '@jest/globals'
import { codesOf, filesBelow, linksOf, read, sectionOf } from './markdown.js'

const withoutFences = (text: string) => text.replaceAll(/^```.*$/gm, '')

describe('docs/README.md', () => {
  it('leads to each page, but those of the repository alone', () => {
    const ofRepository =
      /^docs\/(api|reference|errors|snippets)\/|^docs\/(mutation-testing|performance|scale)/
    const all = filesBelow('docs').filter((file) => file.endsWith('.md') && !ofRepository.test(file))
    const linked = linksOf(read('docs/README.md')).map((target) => `docs/${target.split('#')[0] ?? ''}`)
    expect(all.filter((file) => file !== 'docs/README.md' && !linked.includes(file))).toEqual([])
    expect(linked).toContain('docs/errors/README.md')
  })
})

describe('README', () => {
  const readme = read('README.md')

  it('is short', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(190)
  })

  it('says on the first screen that all processes share what was used', () => {
    expect(readme.split('\n').slice(0, 10).join('\n')).toMatch(/works once, in all processes/)
  })

  it('has a quick start for each reader, in the order of the table', () => {
    const rows = linksOf(sectionOf(readme, '## Quick starts')).filter((target) => target.startsWith('#'))
    expect(rows).toEqual(['#the-platform', '#the-customer', '#the-page', '#the-operator'])
  })
})

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md')
  const symptoms = Array.from(page.matchAll(/^## (.+)$/gm), ([, title = '']) => title)

  it.each(symptoms)('%s: has a cause, an event and a fix', (title) => {
    const section = sectionOf(page, `## ${title}`)
    expect(section.match(/^\*\*\w+\.\*\*/gm)).toEqual(['**Cause.**', '**Event.**', '**Fix.**'])
  })

  it('names only events, codes and reasons that there are', () => {
    const events = Array.from(page.matchAll(/^\*\*Event\.\*\* .*$/gm), ([line]) => codesOf(line)).flat()
    const known = new Set([
      ...['docs/operations.md', 'docs/browser.md'].flatMap((file) => codesOf(withoutFences(read(file)))),
      ...filesBelow('docs/errors').map((file) => file.slice('docs/errors/'.length, -'.md'.length)),
      ...['refused', 'accepted', 'unavailable'],
    ])
    const members = [
      'reason',
      'origin',
      'seconds',
      'jti',
      'kid',
      'unverifiedAudience',
      'cause',
      'alg',
      'onEvent',
      'corsFor',
    ]
    const isKnown = (word: string) =>
      known.has(word) || members.includes(word) || word.startsWith('REVERSE_JWT_')
    expect(events.length).toBeGreaterThan(20)
    expect(events.filter((word) => !isKnown(word))).toEqual([])
  })

  it('lists all its symptoms at its head', () => {
    const anchors = linksOf(page).filter((target) => target.startsWith('#'))
    expect(anchors.length).toBeGreaterThanOrEqual(symptoms.length)
  })
})
