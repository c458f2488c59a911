import type { IncomingMessage } from 'node:http'
import { documentLimits, parseJsonObject, type JsonObject } from '../encoding/strict-json.js'
import { Fault, type FaultAnswer } from './fault.js'

const maxBytes = 65_536
const jsonType = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

/** What can be wrong with a body, one line a code. */
// prettier-ignore
export const answers = {
  body_malformed: [400, 'Malformed body', 'The body must be a JSON object in UTF-8, without duplicate members, and nothing before this router may read it without leaving it in req.body.'],
  body_too_large: [413, 'Body too large', 'The body may have 65536 bytes at most.'],
  media_type_not_supported: [415, 'Unsupported media type', 'Send the body as Content-Type: application/json, in UTF-8 and not compressed; an empty one too.'],
} as const satisfies Record<string, FaultAnswer>

/** A request whose body another middleware may have parsed already. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown }

/**
 * Reads a JSON object; an empty body is an empty one. A body that was sent and is not there any more is none: what it asked for
 * cannot be told. Only as application/json, which another site's page cannot send without
 * asking first (a CORS preflight): neither a form nor a fetch without a body gets here.
 */
export async function readJsonBody(request: MaybeParsed): Promise<JsonObject> {
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = request.headers
  if (!jsonType.test(type) || coding !== 'identity') throw fault('media_type_not_supported')
  const bytes = request.readableEnded ? parsedBytes(request) : await readBytes(request)
  if (bytes.length > maxBytes) throw fault('body_too_large')
  if (bytes.length === 0) return {}
  const object = parseJsonObject(bytes, documentLimits)
  if (object === undefined) throw fault('body_malformed')
  return object
}

/** What express.json() or another parser left: written out again, to pass the same checks. */
function parsedBytes(request: MaybeParsed): Buffer {
  const bytes = writtenOut(request.body)
  // Some parsers leave {} for a body that they did not parse, and a reader may leave nothing.
  const isEmpty = bytes.length === 0 || bytes.equals(emptyObject)
  if (isEmpty && wasSent(request) && sentLength(request) !== bytes.length) throw fault('body_malformed')
  return bytes
}

const emptyObject = Buffer.from('{}')

function writtenOut(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  try {
    return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? undefined) || '')
  } catch {
    // Too deep.
    throw fault('body_malformed')
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

function readBytes(request: IncomingMessage): Promise<Buffer> {
  const expected = sentLength(request)
  if ((expected ?? 0) > maxBytes) throw fault('body_too_large')
  // Without a length nobody could tell that the beginning is missing.
  if (request.destroyed || (expected === undefined && request.readableDidRead)) throw fault('body_malformed')
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      // No more is kept; what else comes is dropped with the connection.
      if (length > maxBytes) reject(fault('body_too_large'))
      else chunks.push(chunk)
    })
    request.once('end', () => {
      // Another reader may have taken some.
      if (length === (expected ?? length)) resolve(Buffer.concat(chunks))
      else reject(fault('body_malformed'))
    })
    request.once('close', () => {
      reject(fault('body_malformed'))
    })
    // Somebody may have stopped it.
    request.resume()
  })
}

function fault(code: keyof typeof answers): Fault {
  return new Fault(code, answers[code])
}
