import { expect, it } from '@jest/globals'
import { filesBelow, read } from './markdown.js'

/** What a merge leaves in a file, also after a formatter has taken it for a quotation or a row of a table. */
const leftByAMerge = /^(?:<{7} |={7}$|>{7} |(?:> ){7}|\| ={7} +\|)/m

const texts = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...filesBelow('docs').filter((file) => /\.(?:md|json)$/.test(file)),
]

it.each(texts)('%s holds nothing that a merge has left there', (file) => {
  expect(read(file)).not.toMatch(leftByAMerge)
})

it('knows what a merge leaves', () => {
  for (const line of [
    '<'.repeat(7) + ' HEAD',
    '='.repeat(7),
    '> '.repeat(7) + 'other',
    '| ' + '='.repeat(7) + '  |',
  ]) {
    expect(`text\n${line}\ntext`).toMatch(leftByAMerge)
  }
})
