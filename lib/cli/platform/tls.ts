import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { failureOf } from '../network/failure.js'
import { hostOf, timeoutOf, trustOf, type Network } from '../network/network.js'
import { fail, ok, skip, unreached, warn, type Verdict } from './verdict.js'

const day = 86_400_000
/** Days before the end of a certificate: who renews by a program has done it by then. */
const minDaysLeft = 14

/** `tls`: whether the platform proves its name, by TLS 1.2 or newer, and for how long it will. */
export async function checkCertificate(platform: URL, network: Network): Promise<Verdict> {
  if (platform.protocol === 'http:') return skip('http, which is for this machine alone')
  const host = hostOf(platform)
  const timeoutMs = timeoutOf(network)
  return new Promise((resolve) => {
    let isLate = false
    const socket = connect({
      ...trustOf(network),
      host,
      port: Number(platform.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
    })
    const timer = setTimeout(() => {
      isLate = true
      socket.destroy(new Error('late'))
    }, timeoutMs)
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      resolve(verdictOf(socket, host))
      socket.destroy()
    })
    socket.on('error', (error) => {
      clearTimeout(timer)
      const { text, fix, isReached } = failureOf(error, isLate, timeoutMs)
      resolve((isReached ? fail : unreached)(`${host}: ${text}`, fix))
    })
  })
}

function verdictOf(socket: TLSSocket, host: string): Verdict {
  const { valid_to: end } = socket.getPeerCertificate()
  const days = Math.floor((Date.parse(end) - Date.now()) / day)
  const version = (socket.getProtocol() ?? '').replace('TLSv', 'TLS ')
  const text = `${host}, ${version}, certificate good for ${days} d`
  return days >= minDaysLeft
    ? ok(text)
    : warn(text, 'The platform should renew its certificate now, and find out why no program has done it')
}
