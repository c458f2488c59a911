import type { IncomingMessage } from 'node:http'
import { documentLimits, parseJsonObject, type JsonObject } from '../../verify/strict-json.js'
import { Fault } from './problem.js'

const mostBytes = 65_536
const json = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

/** A request whose body another middleware may have parsed already. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown }

/**
 * Reads a JSON object; an empty body is an empty one. Only as application/json, which another site's page cannot send without
 * asking first (a CORS preflight): neither a form nor a fetch without a body gets here.
 */
export async function readJsonBody(request: MaybeParsed): Promise<JsonObject> {
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = request.headers
  if (!json.test(type) || coding !== 'identity') throw new Fault('media_type_not_supported')
  const bytes = request.readableEnded ? parsedBytes(request.body) : await readBytes(request)
  if (bytes.length > mostBytes) throw new Fault('body_too_large')
  if (bytes.length === 0) return {}
  const object = parseJsonObject(bytes, documentLimits)
  if (object === undefined) throw new Fault('body_malformed')
  return object
}

/** What express.json() or its kin left: written out again, to pass the same checks. */
function parsedBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  try {
    return Buffer.from(typeof body === 'string' ? body : ((JSON.stringify(body) as string | undefined) ?? ''))
  } catch {
    // Too deep.
    throw new Fault('body_malformed')
  }
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw new Fault('body_too_large')
  if (request.destroyed) throw new Fault('body_malformed')
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      // No more is kept; what else comes is dropped with the connection.
      if (length > mostBytes) reject(new Fault('body_too_large'))
      else chunks.push(chunk)
    })
    request.once('end', () => {
      resolve(Buffer.concat(chunks))
    })
    request.once('close', () => {
      reject(new Fault('body_malformed'))
    })
  })
}
