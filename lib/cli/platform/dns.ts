import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { failureOf } from '../network/failure.js'
import { hostOf, timeoutOf, type Network } from '../network/network.js'
import { ok, skip, unreached, type Verdict } from './verdict.js'

/** `dns`: whether the name of the platform leads to an address. */
export async function checkHostName(platform: URL, network: Network): Promise<Verdict> {
  const name = hostOf(platform)
  if (isIP(name) !== 0) return skip(`${name} is an address, not a name`)
  const { lookup: resolve = (host: string) => lookup(host, { all: true }) } = network
  const timeoutMs = timeoutOf(network)
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const [first, ...others] = await inTime(resolve(name), late)
    if (first === undefined) return unreached(`${name}: it has no address`, 'Is the name in the URL right?')
    return ok(`${name} is ${first.address}${others.length > 0 ? ` and ${others.length} more` : ''}`)
  } catch (error) {
    const { text, fix } = failureOf(error, late.aborted, timeoutMs)
    return unreached(`${name}: ${text}`, fix)
  }
}

/** Nothing stops a look-up that has begun. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = () => {
      reject(new Error('late'))
    }
    signal.addEventListener('abort', timer)
    work.then(resolve, reject)
  })
}
