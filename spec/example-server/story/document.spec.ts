import { describe, expect, it } from '@jest/globals'
import { documentOf } from '../../../example-server/story/document.js'

const served = ['docs/portal.md', 'lib/verifier.ts']
const htmlOf = (text: string) => documentOf(text, 'docs/keys.md', (file) => served.includes(file)).trim()

it('gives each heading the name by which links call it, also the second of two equal ones', () => {
  expect(htmlOf("# What `kid`, and whose?\n\n## The page's\n\n## The page's")).toBe(
    `<h1 id="what-kid-and-whose">What <code>kid</code>, and whose?</h1>
<h2 id="the-pages">The page's</h2>
<h2 id="the-pages-1">The page's</h2>`,
  )
})

describe('a link', () => {
  it.each([
    'portal.md',
    'portal.md#when-it-does-not-open',
    '../lib/verifier.ts',
    '#rotate',
    'https://example.com/',
  ])('that leads somewhere stays: %s', (target) => {
    expect(htmlOf(`[this](${target})`)).toBe(`<p><a href="${target}">this</a></p>`)
  })

  it.each([
    ['kms.md', 'docs/kms.md'],
    ['errors/README.md#how', 'docs/errors/README.md'],
    ['../package.json', 'package.json'],
    ['../../../etc/passwd', '../../etc/passwd'],
    ['/etc/passwd', 'docs/etc/passwd'],
    ['//evil.example/portal.md', 'docs/evil.example/portal.md'],
  ])('to what is not served becomes text, with the name of the file: %s', (target, file) => {
    expect(htmlOf(`[a *key*](${target}) and [this](portal.md)`)).toBe(
      `<p><span>a <em>key</em></span> (<code>${file}</code>) and <a href="portal.md">this</a></p>`,
    )
  })
})

it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x'])('makes no link of %s', (target) => {
  expect(htmlOf(`[this](${target})`)).not.toContain('href')
})

it('shows markup as text, and code as it is', () => {
  const html = htmlOf('<b onclick="x">\n\na <img src=x>\n\n```html\n<script>1</script>\n```')
  expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;')
  expect(html).toContain('a &lt;img src=x&gt;')
  expect(html).toContain('<pre><code>&lt;script&gt;1&lt;/script&gt;\n</code></pre>')
})

it('writes no style into a table, which the policy of the page forbids', () => {
  const html = htmlOf('| a | b |\n| --: | :-: |\n| 1 | 2 |')
  expect(html).toContain('<td>1</td>')
  expect(html).not.toContain('style')
})
