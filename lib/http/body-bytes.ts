import type { IncomingMessage } from 'node:http'

/** A request whose body another middleware may have parsed already. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown }

/** Why the bytes of a body are not at hand: there are too many, or some of them are gone. */
export type BodyFailure = 'too_large' | 'incomplete'

type Failed = (failure: BodyFailure) => Error

/**
 * All bytes of a body, also of one that another middleware has parsed. Throws what `failed` makes. A body that was sent and is not
 * there any more is incomplete: what it asked for cannot be told.
 */
export async function readBodyBytes(request: MaybeParsed, maxBytes: number, failed: Failed): Promise<Buffer> {
  if (!request.readableEnded) return readBytes(request, maxBytes, failed)
  const bytes = parsedBytes(request, failed)
  if (bytes.length > maxBytes) throw failed('too_large')
  return bytes
}

/** What express.json() or another parser left: written out again, to pass the same checks. */
function parsedBytes(request: MaybeParsed, failed: Failed): Buffer {
  const bytes = writtenOut(request.body, failed)
  // Some parsers leave {} for a body that they did not parse, and a reader may leave nothing.
  const isEmpty = bytes.length === 0 || bytes.equals(Buffer.from('{}'))
  if (isEmpty && wasSent(request) && sentLength(request) !== bytes.length) throw failed('incomplete')
  return bytes
}

function writtenOut(body: unknown, failed: Failed): Buffer {
  if (Buffer.isBuffer(body)) return body
  try {
    return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? undefined) || '')
  } catch {
    // Too deep.
    throw failed('incomplete')
  }
}

function wasSent(request: IncomingMessage): boolean {
  // HTTP/2 has bodies without either header.
  return (
    (sentLength(request) ?? 0) > 0 ||
    request.headers['transfer-encoding'] !== undefined ||
    request.readableDidRead
  )
}

function sentLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

function readBytes(request: IncomingMessage, maxBytes: number, failed: Failed): Promise<Buffer> {
  const expected = sentLength(request)
  if ((expected ?? 0) > maxBytes) throw failed('too_large')
  // Without a length nobody could tell that the beginning is missing.
  if (request.destroyed || (expected === undefined && request.readableDidRead)) throw failed('incomplete')
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      // No more is kept; what else comes is dropped with the connection.
      if (length > maxBytes) reject(failed('too_large'))
      else chunks.push(chunk)
    })
    request.once('end', () => {
      // Another reader may have taken some.
      if (length === (expected ?? length)) resolve(Buffer.concat(chunks))
      else reject(failed('incomplete'))
    })
    request.once('close', () => {
      reject(failed('incomplete'))
    })
    // Somebody may have stopped it.
    request.resume()
  })
}
