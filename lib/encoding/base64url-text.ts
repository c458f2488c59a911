import { isUtf8 } from 'node:buffer'
import { limits } from '../protocol.js'
import { isCanonicalBase64url } from './base64url.js'

/** No token has as many bytes. More than that is cut off, and so not canonical. */
const shared = Buffer.allocUnsafeSlow(limits.tokenLength.max)

/** The text whose UTF-8 is spelled so, without bytes in between that would have to be collected. */
export function decodeBase64urlText(segment: string): string | undefined {
  const length = shared.write(segment, 'base64url')
  if (!isCanonicalBase64url(segment, length)) return undefined
  const text = shared.toString('utf8', 0, length)
  // Stands where bytes are no UTF-8, and may have been there before.
  return !text.includes('\uFFFD') || isUtf8(shared.subarray(0, length)) ? text : undefined
}
