import { isJson } from '../../http/media-type.js'
import { headerNamed } from '../../http/request-headers.js'
import { isScope } from '../../protocol.js'
import type { RequestLike } from '../../types.js'
import { refusal } from './refusals.js'

/** Bytes: more than any list of scopes takes. */
export const maxBodyBytes = 4_096

/** Throws `content_type_unsupported` for what a form of any page could send. */
export function requireJson(headers: RequestLike['headers']): void {
  const type = headerNamed(headers, 'content-type')
  const coding = headerNamed(headers, 'content-encoding') ?? 'identity'
  if (typeof type !== 'string' || !isJson(type) || coding !== 'identity')
    throw refusal('content_type_unsupported')
}

/** The scope that a page wishes for, from the body of its request; undefined: none in particular. Throws `request_malformed`. */
export function wishedScope(bytes: Uint8Array): string | undefined {
  const body = parsed(bytes)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refusal('request_malformed')
  const { scope, ...others } = body as { scope?: unknown }
  // What is not understood might be what the page relies on.
  if (Object.keys(others).length > 0) throw refusal('request_malformed')
  if (scope === undefined || isScope(scope)) return scope
  throw refusal('request_malformed')
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw refusal('request_malformed')
  }
}
