import { rootCertificates } from 'node:tls'

/** How the network is used. All of it has defaults; a test has others. */
export interface Network {
  /** A certificate, in PEM, that is trusted beside those of Node. */
  readonly ca?: string
  /** For each step: a name, a handshake, a request with its whole answer. */
  readonly timeoutMs?: number
  readonly lookup?: (name: string) => Promise<readonly { readonly address: string }[]>
}

const defaultTimeoutMs = 5_000

export function timeoutOf({ timeoutMs = defaultTimeoutMs }: Network): number {
  return timeoutMs
}

/** What of node:tls says which certificates are trusted. */
export function trustOf({ ca }: Network): { readonly ca?: string[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] }
}

/** The name or the address in a URL, as sockets take it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
