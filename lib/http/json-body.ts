import { documentLimits, parseJsonObject, type JsonObject } from '../encoding/strict-json.js'
import { readBodyBytes, type BodyFailure, type MaybeParsed } from './body-bytes.js'
import { Fault, type FaultAnswer } from './fault.js'
import { isJson } from './media-type.js'

const maxBytes = 65_536

/** What can be wrong with a body, one line a code. */
// prettier-ignore
export const answers = {
  body_malformed: [400, 'Malformed body', 'The body must be a JSON object in UTF-8, without duplicate members, and nothing before this router may read it without leaving it in req.body.'],
  body_too_large: [413, 'Body too large', 'The body may have 65536 bytes at most.'],
  media_type_not_supported: [415, 'Unsupported media type', 'Send the body as Content-Type: application/json, in UTF-8 and not compressed; an empty one too.'],
} as const satisfies Record<string, FaultAnswer>

const failures = {
  too_large: 'body_too_large',
  incomplete: 'body_malformed',
} as const satisfies Record<BodyFailure, keyof typeof answers>

/**
 * Reads a JSON object; an empty body is an empty one. A body that was sent and is not there any more is none: what it asked for
 * cannot be told. Only as application/json, which another site's page cannot send without
 * asking first (a CORS preflight): neither a form nor a fetch without a body gets here.
 */
export async function readJsonBody(request: MaybeParsed): Promise<JsonObject> {
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = request.headers
  if (!isJson(type) || coding !== 'identity') throw fault('media_type_not_supported')
  const bytes = await readBodyBytes(request, maxBytes, (failure) => fault(failures[failure]))
  if (bytes.length === 0) return {}
  const object = parseJsonObject(bytes, documentLimits)
  if (object === undefined) throw fault('body_malformed')
  return object
}

function fault(code: keyof typeof answers): Fault {
  return new Fault(code, answers[code])
}
