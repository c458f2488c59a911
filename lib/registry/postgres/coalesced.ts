import type { ProjectChangeListener } from '../store/project-store.js'

/** How long a message waits at most. A read of the database must fit in between. */
const windowMs = 500
/** Messages of one project that are passed on at once within the window: as many changes as somebody makes in a row. */
const maxAtOnce = 5
/** Projects with a message within the window. Beyond it a message is one of everything. */
const maxProjects = 1_000

interface Window {
  readonly end: NodeJS.Timeout
  passed: number
  isOneWaiting: boolean
}

/**
 * Calls a listener for a few messages of each project at once, and for all others within half a second together, however many
 * come: anyone who reaches the database can send them, and a listener that is called sooner than the database can be read again
 * would never have read to the end. Of messages of everything one is passed on at once.
 */
export function coalesced(listener: ProjectChangeListener): {
  readonly receive: ProjectChangeListener
  readonly close: () => void
} {
  /** By project, or undefined for everything. */
  const windows = new Map<string | undefined, Window>()

  function open(projectId: string | undefined): void {
    const end = setTimeout(() => {
      const isOneWaiting = windows.get(projectId)?.isOneWaiting === true
      windows.delete(projectId)
      if (isOneWaiting) receive(projectId)
    }, windowMs)
    end.unref()
    windows.set(projectId, { end, passed: 1, isOneWaiting: false })
    listener(projectId)
  }

  function receive(projectId?: string): void {
    const name = windows.has(projectId) || windows.size < maxProjects ? projectId : undefined
    const window = windows.get(name)
    if (window === undefined) {
      open(name)
    } else if (name !== undefined && window.passed < maxAtOnce) {
      window.passed++
      listener(name)
    } else {
      window.isOneWaiting = true
    }
  }

  function close(): void {
    for (const { end } of windows.values()) clearTimeout(end)
    windows.clear()
  }
  return { receive, close }
}
