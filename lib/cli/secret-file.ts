import { open, rm, type FileHandle } from 'node:fs/promises'
import { CommandFailure } from './exit-code.js'

const reasons = new Map([
  [
    'EEXIST',
    'there is a file of that name already, and a key is never written over. Give another name by --out, move that file away, or print the public half of that key again: npx reverse-jwt keygen --key FILE',
  ],
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'its folder is none'],
  ['EISDIR', 'it is a folder. Give the name of a file by --out'],
  ['EACCES', 'you may not write there'],
  ['EROFS', 'you may not write there'],
  ['ENOSPC', 'there is no room left'],
  ['EDQUOT', 'there is no room left for you'],
  ['EFBIG', 'there is no room left for you'],
])

/** Writes a secret to a file that only its owner can read, and that was not there before: the whole of it, or no file at all. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await writeAll(file, content)
    } catch (error) {
      // Nobody expects a piece of a key there, and a second attempt would find a file of that name.
      await rm(path)
      throw error
    }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException | undefined)?.code)
    throw new CommandFailure('unknown', `the key was not written: ${reasons.get(code) ?? code}`)
  }
}

async function writeAll(file: FileHandle, content: string): Promise<void> {
  try {
    await file.writeFile(content)
    // Some file systems find out only now that there is no room.
    await file.sync()
  } finally {
    await file.close()
  }
}
