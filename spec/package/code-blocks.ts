import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './installation.js'

/** A piece of code that a reader may copy. */
export interface CodeBlock {
  readonly file: string
  /** Of its first line in the file. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** `<!-- not run: reason -->` stands before it. */
  readonly isMarkedAsNotRun: boolean
}

/** What a page shows in one language, in its order. */
export function codeIn(file: string, language: string): string[] {
  return codeBlocksOf(file)
    .filter((block) => block.language === language)
    .map(({ code }) => code.trimEnd())
}

/** The fenced blocks of a page. One that is part of a list is indented, and loses that here. */
export function codeBlocksOf(file: string): CodeBlock[] {
  const text = readFileSync(join(root, file), 'utf8')
  const fence = /(<!-- not run: [^>]+-->\s*)?^([ ]*)```(\w+)\n(.*?)^[ ]*```$/gms
  return Array.from(text.matchAll(fence), (match) => {
    const [whole, mark, indentation = '', language = '', code = ''] = match
    const linesBefore = text.slice(0, match.index + whole.indexOf('```')).split('\n').length
    return {
      file,
      line: linesBefore + 1,
      language,
      code: code.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
      isMarkedAsNotRun: mark !== undefined,
    }
  })
}

/** The `@example` of each docstring of a module. */
export function examplesOf(file: string): CodeBlock[] {
  const text = readFileSync(join(root, file), 'utf8')
  const example = /^ *\* @example\n(.*?)(?=^ *\*(?:\/| @))/gms
  return Array.from(text.matchAll(example), (match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: 'ts',
    code: (match[1] ?? '').replaceAll(/^ *\* ?/gm, ''),
    isMarkedAsNotRun: false,
  }))
}

/** The pages that people write; those under reference/ and api/ are made from lib/. */
export function pages(): string[] {
  return ['README.md', ...filesIn('docs', '.md')].filter((file) => !/^docs\/(reference|api)\//.test(file))
}

export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort()
}
