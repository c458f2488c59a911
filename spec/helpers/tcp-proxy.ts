import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

interface Link {
  readonly client: Socket
  readonly server: Socket
}

/** Stands between a client and a server on loopback and does to their connections what networks do. */
export class TcpProxy {
  /** Each piece waits so long in each direction. Set it at any time. */
  delayMs = 0
  /** How many connections clients have made so far. */
  connections = 0
  private readonly listener: Server
  private readonly target: number
  private readonly links = new Set<Link>()
  private readonly waiting: (() => void)[] = []
  private held = false
  private refusing = false
  private loss: { readonly matches: (request: Buffer) => boolean; readonly tell: () => void } | undefined

  private constructor(listener: Server, target: number) {
    this.listener = listener
    this.target = target
    listener.on('connection', (client) => {
      this.accept(client)
    })
  }

  static async start(target: number): Promise<TcpProxy> {
    const listener = createServer()
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    return new TcpProxy(listener, target)
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port
  }

  /** A partition: connections stay and can be made, and no byte comes through in either direction until `heal`. */
  hold(): void {
    this.held = true
  }

  /** Cuts every connection, and cuts each new one at once, until `heal`. */
  refuse(): void {
    this.refusing = true
    this.cut()
  }

  /** What was held is let through, in its order. */
  heal(): void {
    this.held = false
    this.refusing = false
    for (const send of this.waiting.splice(0)) send()
  }

  /** Cuts every connection; the next ones are well. What was held is lost. */
  cut(): void {
    this.waiting.length = 0
    for (const { client, server } of this.links) {
      client.destroy()
      server.destroy()
    }
  }

  /**
   * Passes the next request that matches to the server, swallows what the server answers, and cuts that connection.
   * Resolves when this is done, and so when the server has done what it was asked.
   */
  loseReplyTo(matches: (request: Buffer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.loss = { matches, tell: resolve }
    })
  }

  async close(): Promise<void> {
    this.listener.close()
    this.cut()
    if (this.listener.listening) await once(this.listener, 'close')
  }

  private accept(client: Socket): void {
    this.connections++
    if (this.refusing) {
      client.destroy()
      return
    }
    const server = connect(this.target, '127.0.0.1')
    const link = { client, server }
    this.links.add(link)
    let lost: (() => void) | undefined
    const end = () => {
      client.destroy()
      server.destroy()
      this.links.delete(link)
    }
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (bytes: Buffer) => {
      if (this.loss?.matches(bytes) === true) {
        lost = this.loss.tell
        this.loss = undefined
      }
      this.pass(bytes, server)
    })
    server.on('data', (bytes: Buffer) => {
      if (lost === undefined) {
        this.pass(bytes, client)
        return
      }
      end()
      lost()
      lost = undefined
    })
  }

  private pass(bytes: Buffer, to: Socket): void {
    const send = () => {
      if (!to.destroyed) to.write(bytes)
    }
    if (this.held) this.waiting.push(send)
    else if (this.delayMs > 0) setTimeout(send, this.delayMs)
    else send()
  }
}
