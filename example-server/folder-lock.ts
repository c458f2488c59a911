import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './environment.js'

/** Keeps a second process out of a folder: two PGlite on one folder lose rows. Returns what gives it free. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'process-id')
  const lock = () => {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
  }
  try {
    lock()
  } catch {
    const owner = Number(readFileSync(file, 'utf8'))
    if (isAlive(owner)) {
      throw new CannotStart(
        `The projects in ${folder} are in use by process ${owner}, and two processes on one folder lose projects and keys. Stop that one, or choose another folder with DATA_FOLDER.`,
      )
    }
    // Its owner was killed.
    rmSync(file)
    lock()
  }
  return () => {
    rmSync(file, { force: true })
  }
}

function isAlive(processId: number): boolean {
  if (processId === process.pid || !(processId > 0)) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
