import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { Socket, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { network } from '../../lib/keys/jwks/network.js'
import { kept } from './kept-folder.js'

/** The names that the certificate of the host is for. */
export const hostName = 'keys.shop.example'
const certificateNames = [hostName, '*.many.example']

const request = `[req]
distinguished_name = name
prompt = no
[name]
CN = Tests of reverse-jwt
[root]
basicConstraints = critical, CA:true
[leaf]
subjectAltName = ${certificateNames.map((name) => `DNS:${name}`).join(', ')}
`

/** A root of the tests, and a certificate by it. */
const folder = await kept('lasting-customer-host', async (filling) => {
  await writeFile(join(filling, 'request.cnf'), request)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: filling, stdio: 'pipe' })
  const make = (name: string, ...args: string[]) => {
    const newKey = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
    ]
    openssl(
      'req',
      '-x509',
      '-config',
      'request.cnf',
      '-days',
      '7300',
      ...newKey,
      '-out',
      `${name}.pem`,
      ...args,
    )
  }
  make('root', '-extensions', 'root')
  make('leaf', '-extensions', 'leaf', '-CA', 'root.pem', '-CAkey', 'root.key')
})
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')
/** Paths of the key and the certificate, for a server of another kind. */
export const certificateFiles = { key: join(folder, 'leaf.key'), cert: join(folder, 'leaf.pem') }

type Answer = (req: IncomingMessage, res: ServerResponse) => void

/** A TLS server that answers what a test says, and the names that lead to it or elsewhere. */
export interface CustomerHost {
  readonly port: number
  /** Who connected to it: the address of this machine that they came to. */
  readonly connections: string[]
  /** How often a connection was tried, to whatever address. */
  readonly tried: number
  /** What it was asked for. */
  readonly asked: IncomingMessage[]
  answer: Answer
  /** Of each name its addresses, or what gives them. What is not here has none. */
  readonly names: Map<string, readonly string[] | (() => readonly string[] | Promise<readonly string[]>)>
  /** Names that were resolved. */
  readonly resolved: string[]
  /** PEM: who has signed its certificate. */
  readonly root: string
  /** Whether its root is trusted. */
  trust(isTrusted: boolean): void
  /** Address of its key set. */
  readonly jwksUri: string
}

/** A client that an earlier file of this process left behind connects anew to its server: another port of 127.0.0.1, or a path. */
function isOfOtherTests(call: readonly unknown[], port: number): boolean {
  const [first] = call.flat() as { readonly host?: string; readonly path?: string; readonly port?: number }[]
  if (first?.host === undefined) return first?.path !== undefined
  return first.host === '127.0.0.1' && Number(first.port) !== port
}

/** All but what ends a wait. */
const realTimers = [
  ...(['Date', 'performance', 'hrtime', 'nextTick', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
]

/**
 * One for a file. While its tests run no `setTimeout` ends, so that a slow machine does not end a wait before the host has
 * answered: a test that is about waiting advances the timers, or has real ones. A read still ends after its `timeoutMs`. It listens on all addresses of this machine, so that whoever is led here has connected. */
export function customerHost(): CustomerHost {
  let port = 0
  let connects: jest.SpiedFunction<typeof Socket.prototype.connect>
  const host = {
    get port() {
      return port
    },
    get jwksUri() {
      return `https://${hostName}:${port}/jwks.json`
    },
    root: textOf('root.pem'),
    connections: [] as string[],
    get tried() {
      return connects.mock.calls.filter((call) => !isOfOtherTests(call, port)).length
    },
    asked: [] as IncomingMessage[],
    answer: ((_, res) => res.end()) as Answer,
    names: new Map() as CustomerHost['names'],
    resolved: [] as string[],
    trust: (isTrusted: boolean) => {
      jest.replaceProperty(network, 'ca', isTrusted ? [textOf('root.pem')] : undefined)
    },
  }
  const server = createServer({ key: textOf('leaf.key'), cert: textOf('leaf.pem') }, (req, res) => {
    host.asked.push(req)
    host.answer(req, res)
  })
  server.on('connection', ({ localAddress = '' }: Socket) => {
    host.connections.push(localAddress.replace('::ffff:', ''))
  })
  // A client that takes no part in the handshake.
  server.on('tlsClientError', () => undefined)

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, resolve))
    ;({ port } = server.address() as AddressInfo)
  })
  beforeEach(() => {
    for (const list of [host.connections, host.asked, host.resolved]) list.length = 0
    jest.useFakeTimers({ doNotFake: realTimers })
    host.names.clear()
    host.names.set(hostName, ['127.0.0.1'])
    jest.spyOn(network, 'resolve').mockImplementation(async (name) => {
      host.resolved.push(name)
      const addresses = host.names.get(name) ?? []
      return typeof addresses === 'function' ? addresses() : addresses
    })
    connects = jest.spyOn(Socket.prototype, 'connect')
    host.trust(true)
  })
  afterEach(() => {
    jest.useRealTimers()
    jest.restoreAllMocks()
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return host
}

/** Answers with a JWK Set of these entries. */
export const keySet =
  (keys: readonly unknown[], headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, res) => {
    res.writeHead(200, { 'Content-Type': 'application/jwk-set+json', ...headers })
    res.end(JSON.stringify({ keys }))
  }

/** Answers with this text. */
export const text =
  (body: string | Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, res) => {
    res.writeHead(status, headers)
    res.end(body)
  }
