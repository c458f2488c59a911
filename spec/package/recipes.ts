import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { codeBlocksOf, type CodeBlock } from './code-blocks.js'
import { run } from './command.js'
import { emptyFolder, manifest, root } from './installation.js'

/** A reader's folder, in which what a page shows is typed and run. */
export interface RecipeFolder {
  readonly folder: string
  /** Writes a file, and says where it is. */
  write(name: string, text: string | Buffer): Promise<string>
  /** Lets a script run whenever a program of this name is called. */
  replaceProgram(name: string, script: string): Promise<void>
  /** Runs a line or a script of the shell that must succeed, and returns what it printed. */
  shell(script: string, variables?: NodeJS.ProcessEnv): Promise<string>
}

/** A folder in which `reverse-jwt` is at hand. The caller removes it. */
export async function recipeFolder(): Promise<RecipeFolder> {
  const folder = await emptyFolder()
  const programs = join(folder, 'bin')
  await mkdir(programs)
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules/reverse-jwt'))
  const write = async (name: string, text: string | Buffer) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const replaceProgram = async (name: string, script: string) =>
    chmod(await write(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755)
  // Debian's own Python has Debian's modules, whatever other ones are installed.
  await replaceProgram('python3', 'exec /usr/bin/python3 "$@"')
  await replaceProgram('node', `exec '${process.execPath}' "$@"`)
  // What npx finds where the package is installed.
  const program = join(root, manifest.bin['reverse-jwt'])
  await replaceProgram(
    'npx',
    `test "$1" = reverse-jwt && shift && exec '${process.execPath}' '${program}' "$@"`,
  )
  return {
    folder,
    write,
    replaceProgram,
    async shell(script, variables = {}) {
      const PATH = `${programs}${delimiter}${process.env.PATH ?? ''}`
      const { code, stdout, stderr } = await run('sh', ['-euc', script], folder, { PATH, ...variables })
      if (code === 0) return stdout
      throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`)
    },
  }
}

/** The blocks of a page, each to be run. */
export class Recipes {
  readonly #page: string
  readonly #blocks: readonly CodeBlock[]
  readonly #run = new Set<CodeBlock>()

  constructor(page: string, languages: readonly string[]) {
    this.#page = page
    this.#blocks = codeBlocksOf(page).filter(({ language }) => languages.includes(language))
  }

  /** The one that has this text in it, which is the name of its file or its command. */
  with(text: string): string {
    const found = this.#blocks.filter(({ code }) => code.includes(text))
    const [block] = found
    if (block === undefined || found.length > 1)
      throw new Error(`${this.#page} has ${found.length} blocks with ${text}`)
    this.#run.add(block)
    return block.code
  }

  /** The lines of those that nobody has asked for. */
  notRun(): number[] {
    return this.#blocks.filter((block) => !this.#run.has(block)).map(({ line }) => line)
  }
}
