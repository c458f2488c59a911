import { X509Certificate } from 'node:crypto'
import { eventListeners } from '../../events/listeners.js'
import type { KeySetEvent } from '../../events/read-event.js'
import { callback, integer, milliseconds, seconds } from '../../options/kinds.js'
import { optionsReader, type Option, type OptionsOf } from '../../options/options.js'

export interface JwksKeyStoreOptions {
  /**
   * Seconds for which a set is used before it is read again. Default 300, from 60 to 3,600. `Cache-Control: max-age` of the set can
   * shorten it, down to 60.
   */
  readonly ttl?: number
  /** Seconds after the last good read for which its keys serve while reads fail. Default 3,600, at most 86,400. */
  readonly staleIfError?: number
  /**
   * Seconds between two reads of one set, whatever became of the first. Default 30, from 1 to 60. With each failure in a row it doubles, up to
   * 300.
   */
  readonly cooldown?: number
  /** Milliseconds that a read takes at most, DNS and TLS included. Default 3,000, at most 10,000. */
  readonly timeoutMs?: number
  /** Bytes that a set may have. Default 65,536, at most 1,048,576. */
  readonly maxBytes?: number
  /** Keys of a set that are used. Default 20, at most 100. */
  readonly maxKeys?: number
  /** How many sets are read at a time. Default 16, at most 64. */
  readonly concurrency?: number
  /** Ports that an address may have. Default: 443 alone. */
  readonly ports?: readonly number[]
  /**
   * Which addresses may be connected to although they are not public: gets `10.1.2.3` or `fd00::1`, and returns true for those. For
   * tests and for private clouds. Default: none. Prints a warning.
   */
  readonly allowAddress?: (address: string) => boolean
  /**
   * All addresses of a name, for private clouds whose names DNS does not have: `['10.1.2.3']`. They are looked at like any others, so it
   * needs `allowAddress` beside it. Leave off when `signal` says so. Default: the A and AAAA records of DNS.
   */
  readonly resolve?: (hostname: string, signal: AbortSignal) => Promise<readonly string[]>
  /**
   * Certificates to trust, PEM, one or a list, **instead of** those that Node trusts: for private clouds. Beside them it is
   * `[...tls.rootCertificates, ownRoot]`.
   */
  readonly ca?: string | readonly string[]
  /** Told what became of each read of a set: one listener, or a list of them. */
  readonly onEvent?: ((event: KeySetEvent) => unknown) | readonly ((event: KeySetEvent) => unknown)[]
}

const maxPorts = 8

const ports: Option<readonly number[]> = (given, wrong) => {
  if (given === undefined) return [443]
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : []
  const isPort = (port: unknown): port is number =>
    Number.isSafeInteger(port) && (port as number) > 0 && (port as number) < 65_536
  if (list.length > 0 && list.length <= maxPorts && list.every(isPort)) return list
  throw wrong(`must be a list of 1 to ${maxPorts} ports: [443]`)
}

const certificates: Option<readonly string[] | undefined> = (given, wrong) => {
  if (given === undefined) return undefined
  const list: unknown[] = Array.isArray(given) ? Array.from(given) : [given]
  if (list.length > 0 && list.every(isCertificate)) return list
  throw wrong(
    'must be certificates in PEM: one string that begins with -----BEGIN CERTIFICATE-----, or a list of them',
  )
}

/** Else the first read would find out, and it may be in the night. */
function isCertificate(text: unknown): text is string {
  try {
    return typeof text === 'string' && new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}

export const readJwksOptions = optionsReader('JwksKeyStore', {
  ttl: seconds({ default: 300, min: 60, max: 3_600 }),
  staleIfError: seconds({ default: 3_600, min: 0, max: 86_400 }),
  cooldown: seconds({ default: 30, min: 1, max: 60 }),
  timeoutMs: milliseconds({ default: 3_000, max: 10_000 }),
  maxBytes: integer({ default: 65_536, max: 1_048_576, of: 'bytes' }),
  maxKeys: integer({ default: 20, max: 100, of: 'keys' }),
  concurrency: integer({ default: 16, max: 64, of: 'sets' }),
  ports,
  allowAddress: callback<(address: string) => boolean>('that says whether it may be connected to'),
  resolve: callback<NonNullable<JwksKeyStoreOptions['resolve']>>('that returns the addresses of a name'),
  ca: certificates,
  onEvent: eventListeners<KeySetEvent>(),
} satisfies OptionsOf<JwksKeyStoreOptions>)
