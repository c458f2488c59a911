import { writeFile } from 'node:fs/promises'
import { CommandFailure } from './exit-code.js'

const reasons = new Map([
  [
    'EEXIST',
    'there is a file of that name already, and a key is never written over. Give another name by --out',
  ],
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'its folder is none'],
  ['EISDIR', 'it is a folder. Give the name of a file by --out'],
  ['EACCES', 'you may not write there'],
  ['EROFS', 'you may not write there'],
  ['ENOSPC', 'there is no room left'],
])

/** Writes a secret to a file that only its owner can read, and that was not there before. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException | undefined)?.code)
    throw new CommandFailure('unknown', `the key was not written: ${reasons.get(code) ?? code}`)
  }
}
