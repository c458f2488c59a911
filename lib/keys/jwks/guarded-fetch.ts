import { constants } from 'node:crypto'
import type { LookupAddress } from 'node:dns'
import { NODATA, NOTFOUND } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { parseJsonObject, type JsonLimits, type JsonObject } from '../../encoding/strict-json.js'
import { keySetAddress, portOf } from './address-rules.js'
import { isPublicAddress } from './allowed-address.js'
import { network, type Network } from './network.js'

export interface FetchRules {
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly ports: readonly number[]
  readonly allowAddress: ((address: string) => boolean) | undefined
  readonly resolve: Network['resolve'] | undefined
  readonly ca: Network['ca']
}

export interface FetchedSet {
  readonly document: JsonObject
  /** `max-age` of its Cache-Control, in seconds. */
  readonly maxAge: number | undefined
}

/** A set of 20 keys with certificates has some 400 values. What has more keys than are used is read as well, to say so. */
const documentLimits: JsonLimits = { values: 4_000, members: 3_000, objects: 300, indexNames: 0 }
const maxHeaderSize = 8_192
/** Addresses that a name may have. An answer of DNS has room for thousands, and to look at them takes a tenth of a second. */
const maxAddresses = 64
/** How many addresses of each family are tried. All are looked at. */
const maxTried = 2
/** Informational answers and tickets of TLS: `maxBytes` does not count them, and a host can send them as fast as they are read. */
const maxBesides = 20

/** What is told of a read that failed: words of this file, never those of the other side. */
class ReadFault extends Error {}

/**
 * Reads a JSON object from an address that a stranger wrote.
 *
 * The name is resolved once. When any of its addresses is not public nothing is connected to; else exactly those are. Certificate and
 * name are checked by Node, whatever the environment says of that. Sends no credentials, follows no redirect, asks no proxy, takes no
 * compressed answer, and gives up after `timeoutMs`, DNS and TLS included, or `maxBytes`. Throws an Error that quotes nothing of what
 * came.
 */
export async function fetchKeySet(address: string, rules: FetchRules): Promise<FetchedSet> {
  const url = keySetAddress(address, rules.ports)
  if (typeof url === 'string') throw new ReadFault(`the address of the key set is not allowed: ${url}`)
  const { timeoutMs, maxBytes } = rules
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const addresses = await beforeAbort(signal, publicAddresses(url.hostname, rules, signal))
    const response = await answerOf(url, addresses, rules.ca ?? network.ca, signal)
    try {
      const document = parseJsonObject(await bodyOf(response, maxBytes), documentLimits)
      if (document === undefined) throw new ReadFault('it answered no JSON object')
      return { document, maxAge: maxAgeIn(response.headers['cache-control']) }
    } finally {
      response.destroy()
    }
  } catch (cause) {
    const why = signal.aborted ? `it did not answer within ${timeoutMs} ms` : reasonOf(cause)
    throw new ReadFault(`the key set cannot be read: ${why}`)
  }
}

async function publicAddresses(
  hostname: string,
  { allowAddress, resolve = network.resolve }: FetchRules,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const addresses = await resolve(hostname, signal).catch(noneWhereUnknown)
  if (addresses.length > maxAddresses) throw new ReadFault(`its name has more than ${maxAddresses} addresses`)
  const isAllowed = (address: string) =>
    isPublicAddress(address) || (isIP(address) !== 0 && allowAddress?.(address) === true)
  // One sentence for both, so that nobody learns which names are known inside of a network alone.
  if (addresses.length === 0 || !addresses.every(isAllowed))
    throw new ReadFault('its name has no address, or one that is not public')
  return [4, 6].flatMap((family) => addresses.filter((one) => isIP(one) === family).slice(0, maxTried))
}

function noneWhereUnknown(error: unknown): readonly string[] {
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === NOTFOUND || code === NODATA) return []
  throw error
}

function answerOf(
  url: URL,
  addresses: readonly string[],
  ca: Network['ca'],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({
      hostname: url.hostname,
      servername: url.hostname,
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      headers: {
        Accept: 'application/jwk-set+json, application/json',
        'Accept-Encoding': 'identity',
        'User-Agent': 'reverse-jwt',
      },
      // One of its own, without connections of others. `false` makes one of the class of `https.globalAgent`, which may be for a proxy.
      agent: new Agent(),
      lookup: pinned(addresses),
      rejectUnauthorized: true,
      // Each one is a handshake anew, as often as the host wants it.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      insecureHTTPParser: false,
      maxHeaderSize,
      signal,
      ...(ca !== undefined && { ca: [...ca] }),
    })
    let besides = 0
    const countBeside = () => {
      if (++besides <= maxBesides) return
      // Before its answer, which may have come in the same piece.
      reject(new ReadFault('it sent too much that is no answer'))
      asked.destroy()
    }
    // RFC 9110 section 15.2, RFC 8446 section 4.6.1.
    asked.on('information', countBeside)
    asked.on('socket', (socket) => socket.on('session', countBeside))
    asked.on('response', resolve)
    asked.on('error', reject)
    // Also when it asks for another protocol.
    asked.on('close', () => {
      reject(new ReadFault('it closed the connection'))
    })
    asked.end()
  })
}

/** Answers with what was looked at, and asks nobody again. */
function pinned(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address): LookupAddress => ({ address, family: isIP(address) }))
  return (_hostname, { all }, callback) => {
    const [first] = known
    if (all === true) callback(null, known)
    else callback(null, first?.address ?? '', first?.family)
  }
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { statusCode, headers } = response
  if (statusCode !== 200) throw new ReadFault(`it answered ${statusCode ?? 'nothing'}`)
  if (headers['content-encoding'] !== undefined) throw new ReadFault('it answered with a Content-Encoding')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += (chunk as Buffer).length
    if (length > maxBytes) throw new ReadFault(`it answered more than ${maxBytes} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** RFC 9111 section 5.2.2.1. The smallest one, where there are several. */
function maxAgeIn(header: string | undefined): number | undefined {
  const ages = Array.from((header ?? '').matchAll(/(?:^|[,\s])max-age\s*=\s*"?(\d+)/gi), ([, age]) =>
    Number(age),
  )
  return ages.length === 0 ? undefined : Math.min(...ages)
}

/** A resolver may take for ever. */
function beforeAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new ReadFault('aborted'))
    })
    work.then(resolve, reject)
  })
}

/** Messages of TLS and of DNS quote names that the other side chose; their codes are Node's. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof ReadFault) return thrown.message
  const { code } = (thrown ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? `it failed with ${code}` : 'it failed'
}
