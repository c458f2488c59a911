/** Which process a folder belongs to, and whether that one is known to have ended. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Owner {
  readonly host: string
  readonly processId: number
  /** Where process ids mean the same: a container has ids of its own, and so has each boot of a machine. */
  readonly processSpace: string
  /** Another process may get the id of one that ended, but not its time. Empty where a system does not say. */
  readonly startedAt: string
}

export function thisProcess(): Owner {
  return {
    host: hostname(),
    processId: process.pid,
    processSpace: processSpace(),
    startedAt: lifeOf(process.pid)?.startedAt ?? '',
  }
}

/** Undefined where the text is none of ours. */
export function ownerIn(text: string): Owner | undefined {
  try {
    const { host, processId, processSpace, startedAt } = JSON.parse(text) as Record<string, unknown>
    const isOwner =
      typeof host === 'string' &&
      Number.isSafeInteger(processId) &&
      Number(processId) > 0 &&
      typeof processSpace === 'string' &&
      typeof startedAt === 'string'
    return isOwner ? { host, processId: Number(processId), processSpace, startedAt } : undefined
  } catch {
    return undefined
  }
}

/** Whether its process id means the same here as where it was written. */
export function isFromHere(owner: Owner): boolean {
  return owner.processSpace === processSpace()
}

/** False also when it cannot be told. */
export function hasEnded(owner: Owner): boolean {
  if (!isFromHere(owner)) return false
  if (!hasProcess(owner.processId)) return true
  const life = lifeOf(owner.processId)
  return life !== undefined && (life.isZombie || life.startedAt !== owner.startedAt)
}

function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // No Linux, so no containers of this kernel.
    return `${process.platform} ${hostname()}`
  }
}

function hasProcess(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Of Linux alone. See proc_pid_stat(5): the name, in brackets, may hold anything; the state is the field after it. */
function lifeOf(processId: number): { startedAt: string; isZombie: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = '', startedAt = ''] = [fields[0], fields[19]]
    return { startedAt, isZombie: state === 'Z' }
  } catch {
    return undefined
  }
}
