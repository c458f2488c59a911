/** As much of a `Window` as may be used from another origin. Written here, because only pages have its type. */
export interface OtherWindow {
  close(): void
  postMessage(message: unknown, targetOrigin: string): void
}

/** As much of this page's own. */
export interface OwnWindow extends OtherWindow {
  readonly parent: OtherWindow | OwnWindow
  readonly opener: OtherWindow | null
  open(url: string, target: string, features: string): OtherWindow | null
  addEventListener(
    type: 'message',
    listener: (event: WindowMessage) => unknown,
    options: { readonly signal: AbortSignal },
  ): void
}

/** A `MessageEvent` between windows. The browser vouches for its source and origin, and for nothing else. */
export interface WindowMessage {
  readonly source: unknown
  readonly origin: string
  readonly data: unknown
}

/** Read when it is used: a server has none. */
export const ownWindow = () => globalThis as unknown as OwnWindow
