import { afterEach, beforeEach } from '@jest/globals'
import type { OtherWindow, OwnWindow, WindowMessage } from '../../../lib/browser/portal/windows.js'

export interface Posted {
  readonly message: { readonly type: string; readonly nonce: string; readonly [name: string]: unknown }
  readonly target: string
}

/** A window of another page, and what came to it. */
export class RecordingWindow implements OtherWindow {
  readonly posted: Posted[] = []
  closed = false
  postMessage(message: unknown, target: string): void {
    this.posted.push({ message: message as Posted['message'], target })
  }
  close(): void {
    this.closed = true
  }
}

type Listener = (event: WindowMessage) => unknown

/** Stands for this page's window while a test runs: the globals that the client reads. */
export class OwnPage implements OwnWindow {
  readonly listeners = new Set<Listener>()
  parent: OtherWindow | OwnWindow = this
  opener: OtherWindow | null = null
  /** What a popup becomes; null for a browser that blocks it. */
  popup: OtherWindow | null = new RecordingWindow()
  readonly opened: string[][] = []
  postMessage = () => undefined
  close = () => undefined

  open = (...given: [string, string, string]) => {
    this.opened.push(given)
    return this.popup
  }

  addEventListener = (_: 'message', listener: Listener, { signal }: { readonly signal: AbortSignal }) => {
    if (signal.aborted) return
    this.listeners.add(listener)
    signal.addEventListener('abort', () => this.listeners.delete(listener))
  }

  /** A message comes, as the browser says from where. */
  hear(source: unknown, origin: string, data: unknown): void {
    for (const listener of this.listeners) listener({ source, origin, data })
  }
}

const names = ['parent', 'opener', 'open', 'addEventListener'] as const

/** A window of its own for each test of a file. */
export function ownPage(): () => OwnPage {
  let page: OwnPage
  beforeEach(() => {
    page = new OwnPage()
    for (const name of names)
      Object.defineProperty(globalThis, name, { configurable: true, get: () => valueOf(page, name) })
  })
  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(globalThis, name)
  })
  return () => page
}

/** A page without a parent is its own parent: the global object. */
function valueOf(page: OwnPage, name: (typeof names)[number]): unknown {
  return name === 'parent' && page.parent === page ? globalThis : page[name]
}
