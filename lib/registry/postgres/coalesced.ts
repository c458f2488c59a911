import type { ChangeListener } from '../store/project-store.js'

/** How long a message waits at most. A read of the database must fit in between. */
const windowMs = 500
/** Messages of one project that are told at once within the window: as many changes as somebody makes in a row. */
const maxAtOnce = 5
/** Projects with a message within the window. Beyond it a message is one of everything. */
const maxProjects = 1_000

interface Window {
  readonly end: NodeJS.Timeout
  told: number
  isOneLeft: boolean
}

/**
 * Tells a listener of a few messages of each project at once, and of all others within half a second together, however many come:
 * anyone who reaches the database can send them, and what is told faster than it can be read again is never read to its end. Of
 * messages of everything one is told at once.
 */
export function coalesced(listener: ChangeListener): {
  readonly tell: ChangeListener
  readonly close: () => void
} {
  /** By project, or undefined for everything. */
  const windows = new Map<string | undefined, Window>()

  function open(projectId: string | undefined): void {
    const end = setTimeout(() => {
      const isOneLeft = windows.get(projectId)?.isOneLeft === true
      windows.delete(projectId)
      if (isOneLeft) tell(projectId)
    }, windowMs)
    end.unref()
    windows.set(projectId, { end, told: 1, isOneLeft: false })
    listener(projectId)
  }

  function tell(projectId?: string): void {
    const name = windows.has(projectId) || windows.size < maxProjects ? projectId : undefined
    const window = windows.get(name)
    if (window === undefined) {
      open(name)
    } else if (name !== undefined && window.told < maxAtOnce) {
      window.told++
      listener(name)
    } else {
      window.isOneLeft = true
    }
  }

  function close(): void {
    for (const { end } of windows.values()) clearTimeout(end)
    windows.clear()
  }
  return { tell, close }
}
