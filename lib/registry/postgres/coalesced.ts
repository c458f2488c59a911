import type { ChangeListener } from '../project-store.js'

/** How long a message that came again waits at most. A read of the database must fit in between. */
const windowMs = 500
/** Projects with a message within the window. Beyond it a message is one of everything. */
const maxProjects = 1_000

/**
 * Tells a listener of each project at once, and again at most once in 500 ms, however many messages come: anyone who reaches the
 * database can send them, and what is told faster than it can be read again is never read to its end.
 */
export function coalesced(listener: ChangeListener): {
  readonly tell: ChangeListener
  readonly close: () => void
} {
  /** By project, or undefined for everything: the end of its window, and whether a message came since it began. */
  const windows = new Map<string | undefined, { timer: NodeJS.Timeout; again: boolean }>()

  function open(projectId: string | undefined): void {
    const timer = setTimeout(() => {
      const { again } = windows.get(projectId) ?? { again: false }
      windows.delete(projectId)
      if (again) tell(projectId)
    }, windowMs)
    timer.unref()
    windows.set(projectId, { timer, again: false })
    listener(projectId)
  }

  function tell(projectId?: string): void {
    const name = windows.has(projectId) || windows.size < maxProjects ? projectId : undefined
    const window = windows.get(name)
    if (window === undefined) open(name)
    else window.again = true
  }

  function close(): void {
    for (const { timer } of windows.values()) clearTimeout(timer)
    windows.clear()
  }
  return { tell, close }
}
