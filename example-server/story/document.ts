/** A page of the documents, written in Markdown, as HTML that holds no script, no style and no markup but Markdown's own. */
import MarkdownIt, { type Token } from 'markdown-it'
import { posix } from 'node:path'
import { htmlText } from './html-text.js'

const markdown = new MarkdownIt({ html: false })
const { rules } = markdown.renderer

// A wide one scrolls by itself, also by keyboard.
const scrolling = (open: string) => `<div class="wide" tabindex="0">${open}`
rules.table_open = () => scrolling('<table>')
rules.table_close = () => '</table></div>'
rules.fence = (tokens, index) =>
  `${scrolling('<pre><code>')}${htmlText(tokens[index]?.content ?? '')}</code></pre></div>`
// An element in the place of a link that would lead nowhere, with the name of what is there in the repository.
rules.unserved_open = () => '<span>'
rules.unserved_close = (tokens, index) => `</span> (<code>${htmlText(tokens[index]?.content ?? '')}</code>)`

/** `isServed`: whether a file of the repository can be read beside this one, so that links lead to it. */
export function documentOf(text: string, file: string, isServed: (file: string) => boolean): string {
  const tokens = markdown.parse(text, {})
  nameHeadings(tokens)
  for (const { children } of tokens) if (children !== null) resolveLinks(children, file, isServed)
  // Of the columns of a table, as an attribute that the policy of the page forbids.
  for (const token of tokens) if (token.type === 'th_open' || token.type === 'td_open') token.attrs = null
  return markdown.renderer.render(tokens, markdown.options, {})
}

/** By the names that GitHub and npm give to them: links name them so. */
function nameHeadings(tokens: readonly Token[]): void {
  const names = new Set<string>()
  tokens.forEach((token, index) => {
    if (token.type !== 'heading_open') return
    const words = tokens[index + 1]?.children?.map(({ content }) => content).join('') ?? ''
    const name = words
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}_ -]/gu, '')
      .replaceAll(' ', '-')
    let unique = name
    for (let times = 1; names.has(unique); times++) unique = `${name}-${times}`
    names.add(unique)
    token.attrSet('id', unique)
  })
}

/** Relative ones lead from page to page as they stand. */
function resolveLinks(children: Token[], file: string, isServed: (file: string) => boolean): void {
  let unserved: string | undefined
  for (const token of children) {
    if (token.type === 'link_open') {
      unserved = unservedBy(token.attrGet('href') ?? '', file, isServed)
      if (unserved !== undefined) token.type = 'unserved_open'
    } else if (token.type === 'link_close' && unserved !== undefined) {
      token.type = 'unserved_close'
      token.content = unserved
    }
  }
}

/** The file of the repository that a link would lead to, if it is not served. */
function unservedBy(target: string, file: string, isServed: (file: string) => boolean): string | undefined {
  const [path = ''] = target.split('#')
  if (path === '' || URL.canParse(target)) return undefined
  const named = posix.join(posix.dirname(file), path)
  return isServed(named) ? undefined : named
}
