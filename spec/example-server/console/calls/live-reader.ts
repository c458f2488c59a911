import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Server } from 'node:http'
import type { FeedMessage } from '../../../../example-server/console/calls/event-feed.js'
import { until } from '../../../helpers/until.js'

/** Reads a stream of events as it is on the wire. */
export class LiveReader {
  text = ''
  hasEnded = false
  private readonly socket: Socket

  constructor(server: Server, lines: readonly string[] = []) {
    const { port } = server.address() as AddressInfo
    const head = ['GET /console/live HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n')
    this.socket = connect(port, '127.0.0.1', () => this.socket.write(head))
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString()))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => (this.hasEnded = true))
  }

  get status(): number {
    return Number(this.text.split(' ')[1])
  }

  get messages(): FeedMessage[] {
    return Array.from(
      this.text.matchAll(/^data: (.*)\n\n/gm),
      ([, data = '']) => JSON.parse(data) as FeedMessage,
    )
  }

  get ids(): string[] {
    return this.messages.flatMap(({ entries }) => entries.map(({ event }) => event.id))
  }

  /** What a browser sends as Last-Event-ID when it connects again. */
  get position(): string {
    return Array.from(this.text.matchAll(/^id: (.*)$/gm)).at(-1)?.[1] ?? ''
  }

  async begun(): Promise<this> {
    await until('an answer begins', () => this.text.includes('\r\n\r\n'))
    return this
  }

  async read(id: string): Promise<void> {
    await until(`the event ${id} comes`, () => this.ids.includes(id))
  }

  async ended(): Promise<void> {
    await until('the stream ends', () => this.hasEnded)
  }

  stopReading(): void {
    this.socket.pause()
  }

  leave(): void {
    this.socket.destroy()
  }
}
