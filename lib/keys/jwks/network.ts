import { Resolver } from 'node:dns/promises'

/** What a read of a key set takes from outside of this process. */
export interface Network {
  /** All addresses of a name. Throws where it has none. Leaves off when the signal says so. */
  resolve: (hostname: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Certificates to trust, in PEM. Undefined: those that Node trusts. */
  ca: readonly string[] | undefined
}

/**
 * The names of DNS and the certificates that Node trusts, unless the options of a store say otherwise. Tests of many stores put something
 * else in their place.
 *
 * Not by `dns.lookup`, which holds a thread of the process for as long as the server of a name lets it wait, and knows the names of
 * /etc/hosts, which are for nobody else.
 */
export const network: Network = { resolve, ca: undefined }

/** `servers`: those of the system, unless a test names others. */
export async function resolve(
  hostname: string,
  signal: AbortSignal,
  servers?: readonly string[],
): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  const cancel = () => {
    resolver.cancel()
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
