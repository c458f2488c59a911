import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

export function inRepository(path: string): string {
  return root + path
}

/** The text of a file, by its path in the repository. */
export function read(file: string): string {
  return readFileSync(inRepository(file), 'utf8')
}

/** The paths of all files below a folder, as `read` takes them. */
export function filesBelow(folder: string): string[] {
  return readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' }).map(
    (name) => `${folder}/${name}`,
  )
}

/** What stands under a heading, up to the next of its rank or above. */
export function sectionOf(text: string, heading: string): string {
  const rank = heading.indexOf(' ')
  const start = text.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`There is no ${heading}`)
  const rest = text.slice(start + heading.length + 2)
  const next = rest.search(new RegExp(`^#{1,${rank}} `, 'm'))
  return next < 0 ? rest : rest.slice(0, next)
}

/** The contents of the fenced blocks of a language. */
export function blocksOf(text: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, 'gms')
  return Array.from(text.matchAll(fence), ([, content = '']) => content)
}

/** The tables of a text: of each its rows, of each row its cells. Without the heads. */
export function tablesOf(text: string): string[][][] {
  const tables = text.match(/(?:^\|.*\n)+/gm) ?? []
  return tables.map((table) =>
    table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  )
}

/** The words of a text that stand between backticks. */
export function codesOf(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code)
}

/** Where the package's own pages are on the network: the same files. */
export const published = 'https://unpkg.com/reverse-jwt/'

/** The targets of the links in a text that lead to files of this repository. */
export function linksOf(text: string): string[] {
  const links = withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)
  return Array.from(links, ([, target = '']) => target).filter(
    (target) => target.startsWith(published) || !/^[a-z]+:/.test(target),
  )
}

/** A text without its code: links and headings in there are none. */
export function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, '')
}

/** The anchors that GitHub and npm give to the headings. The second of two equal ones ends in -1. */
export function anchorsOf(text: string): string[] {
  const headings = Array.from(withoutBlocks(text).matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading)
  const anchors: string[] = []
  for (const heading of headings) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}_ -]/gu, '')
      .replaceAll(' ', '-')
    let unique = anchor
    for (let times = 1; anchors.includes(unique); times++) unique = `${anchor}-${times}`
    anchors.push(unique)
  }
  return anchors
}
