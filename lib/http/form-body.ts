import { isUtf8 } from 'node:buffer'
import { readBodyBytes, type BodyFailure, type MaybeParsed } from './body-bytes.js'

const form = /^application\/x-www-form-urlencoded[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

/** Whether a Content-Type is that of a form. */
export function isForm(contentType: string): boolean {
  return form.test(contentType)
}

/**
 * The parameters of a form, each of them once. Throws what `failed` makes: `malformed` for one that came twice or is no text.
 *
 * What another middleware has parsed is taken where each value is a text.
 */
export async function readFormBody(
  request: MaybeParsed,
  maxBytes: number,
  failed: (failure: BodyFailure | 'malformed') => Error,
): Promise<ReadonlyMap<string, string>> {
  const { body } = request
  const isParsed =
    request.readableEnded && typeof body === 'object' && body !== null && !Buffer.isBuffer(body)
  const pairs = isParsed
    ? Object.entries(body)
    : pairsOf(await readBodyBytes(request, maxBytes, failed), () => failed('malformed'))
  const parameters = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (typeof value !== 'string' || parameters.has(name)) throw failed('malformed')
    parameters.set(name, value)
  }
  return parameters
}

function pairsOf(bytes: Buffer, malformed: () => Error): [string, string][] {
  const text = bytes.toString()
  // What is no UTF-8 becomes another character, and another meaning.
  if (!isUtf8(bytes) || !isUtf8(unescaped(text))) throw malformed()
  return Array.from(new URLSearchParams(text))
}

function unescaped(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([\dA-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
}
