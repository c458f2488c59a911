import { connect, type Socket } from 'node:net'

/** A kept-alive connection that carries one request at a time, for as little CPU as it takes. */
export class Connection {
  private readonly socket: Socket
  private answered: ((status: number) => void) | undefined
  private part = ''
  /** Bytes of the last answer that came in one piece. Most are as long as the one before. */
  private lengthBefore = 0
  private failed: (error: Error) => void

  private constructor(port: number, failed: (error: Error) => void) {
    this.failed = failed
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(16_384),
        callback: (length, bytes) => {
          this.read(length, bytes as Buffer)
          return true
        },
      },
    })
    this.socket.on('error', (error) => {
      this.failed(error)
    })
    this.socket.on('close', () => {
      this.failed(new Error('the server hung up'))
    })
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(port, reject)
      connection.socket.once('connect', () => {
        resolve(connection)
      })
    })
  }

  /** Whom to tell when it breaks. */
  onFailure(failed: (error: Error) => void): void {
    this.failed = failed
  }

  /** Writes a whole request; calls back with the status once the whole answer is there. */
  send(request: Buffer, answered: (status: number) => void): void {
    this.answered = answered
    this.socket.write(request)
  }

  close(): void {
    this.failed = () => undefined
    this.socket.destroy()
  }

  private read(length: number, bytes: Buffer): void {
    if (this.part === '' && length === this.lengthBefore) {
      this.finish(statusAt(bytes))
      return
    }
    this.part += bytes.toString('latin1', 0, length)
    const head = this.part.indexOf('\r\n\r\n')
    if (head < 0) return
    const body = Number(/\r\ncontent-length: (\d+)/i.exec(this.part.slice(0, head))?.[1] ?? NaN)
    const whole = head + 4 + body
    if (Number.isNaN(whole)) throw new Error('an answer has no Content-Length')
    if (this.part.length < whole) return
    if (this.part.length === length) this.lengthBefore = length
    const status = Number(this.part.slice(9, 12))
    this.part = ''
    this.finish(status)
  }

  private finish(status: number): void {
    const { answered } = this
    this.answered = undefined
    answered?.(status)
  }
}

/** `HTTP/1.1 200 OK` */
function statusAt(bytes: Buffer): number {
  return bytes.readUInt8(9) * 100 + bytes.readUInt8(10) * 10 + bytes.readUInt8(11) - 48 * 111
}
