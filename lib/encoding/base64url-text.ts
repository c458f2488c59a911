import { isUtf8 } from 'node:buffer'
import { limits } from '../protocol.js'
import { isCanonicalBase64url } from './base64url.js'

/** No token has as many bytes. More than that is cut off, and so not canonical. */
const shared = Buffer.allocUnsafeSlow(limits.tokenLength.max)

/** Decodes canonical base64url of UTF-8, or returns undefined. By one shared buffer, so that none is made for each token. */
export function decodeBase64urlText(segment: string): string | undefined {
  const length = shared.write(segment, 'base64url')
  if (!isCanonicalBase64url(segment, length)) return undefined
  const text = shared.toString('utf8', 0, length)
  // It marks bytes that are no UTF-8, but the text may hold one of its own.
  return !text.includes('\uFFFD') || isUtf8(shared.subarray(0, length)) ? text : undefined
}
