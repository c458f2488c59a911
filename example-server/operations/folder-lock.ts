import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './environment.js'
import { hasEnded, isFromHere, ownerIn, thisProcess } from './folder-owner.js'

const claimName = /^process-.*\.json$/

/**
 * Keeps a second process out of a folder: two PGlite on one folder lose rows. Returns what gives it free.
 *
 * A process puts down its claim, a file of its own, and only then looks for others. So of two that start together at least one
 * sees the other and leaves; both may. A claim goes when its process is known to have ended: its id was given by this system
 * or container since the last boot, and there is no such process now, or only a later one of that id. A claim of another
 * container, machine or boot stays: from here nobody can tell whether that process runs, stands still or has ended.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const own = `process-${randomUUID()}.json`
  const unlock = () => {
    rmSync(join(folder, own), { force: true })
  }
  try {
    writeFileSync(join(folder, own), JSON.stringify(thisProcess()), { flag: 'wx', mode: 0o600 })
    for (const name of readdirSync(folder)) {
      if (claimName.test(name) && name !== own) endClaim(folder, join(folder, name))
    }
  } catch (error) {
    unlock()
    throw error
  }
  return unlock
}

function endClaim(folder: string, file: string): void {
  const text = textOf(file)
  if (text === undefined) return
  const owner = ownerIn(text)
  if (owner !== undefined && hasEnded(owner)) {
    rmSync(file, { force: true })
    return
  }
  const isKnown = owner !== undefined && isFromHere(owner)
  const process =
    owner === undefined
      ? 'another process'
      : `process ${owner.processId} on host ${JSON.stringify(owner.host)}`
  const remedy = isKnown
    ? 'Stop that one'
    : `Whether it still runs cannot be told from here. Stop it; if it has ended already, delete ${file}`
  throw new CannotStart(
    `The projects in ${folder} are in use by ${process}, and two processes on one folder lose projects and keys. ${remedy}, or choose another folder with DATA_FOLDER.`,
  )
}

/** Nothing when its owner has just given the folder free. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
