import type { KeyObject } from 'node:crypto'

/** A text as it arrives out of environments, files and JSON, each within one wrapping or two, by name. */
export function wrappingsOf(text: string): ReadonlyMap<string, string | Uint8Array> {
  const base64 = Buffer.from(text).toString('base64')
  return new Map<string, string | Uint8Array>([
    ['as it is', text],
    ['amid white space', `\n  ${text}\n\n`],
    ['behind a byte order mark', `\ufeff${text}`],
    ['in single quotes', `'${text}'`],
    ['in double quotes', `"${text}"`],
    ['in JSON', JSON.stringify(text)],
    ['in JSON, its slashes escaped', JSON.stringify(text).replaceAll('/', '\\/')],
    ['in JSON, in single quotes', `'${JSON.stringify(text)}'`],
    ['in base64', base64],
    ['in base64 with line ends', base64.replace(/.{76}/g, '$&\n')],
    ['in base64 with \\n spelled out', base64.replace(/.{76}/g, '$&\\n')],
    ['in base64url', Buffer.from(text).toString('base64url')],
    ['in base64, in quotes', `"${base64}"`],
    ['in base64 of its base64', Buffer.from(base64).toString('base64')],
    ['as the Buffer of a file', Buffer.from(text)],
    ['as the Uint8Array of a file', new TextEncoder().encode(`\ufeff${text}`)],
    ['as the Buffer of a file in base64', Buffer.from(base64)],
  ])
}

/** The lines of a PEM as people end them. */
export function lineEndsOf(pem: string): ReadonlyMap<string, string> {
  return new Map([
    ['line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['\\n spelled out', pem.replaceAll('\n', '\\n')],
    ['\\r\\n spelled out', pem.replaceAll('\n', '\\r\\n')],
    ['spaces for line ends', pem.replaceAll('\n', ' ')],
    ['no line ends', pem.replaceAll('\n', '')],
    ['lines of words around it', `Bag Attributes: none\n${pem}\nThe end.\n`],
  ])
}

export interface PublicForm {
  readonly name: string
  /** What is given as `jwk` or as `pem`. */
  readonly given: object | string
}

/** A public key in every form that is read. */
export function publicFormsOf(key: KeyObject): PublicForm[] {
  const pem = key.export({ format: 'pem', type: 'spki' }) as string
  const der = key.export({ format: 'der', type: 'spki' })
  const jwk = key.export({ format: 'jwk' })
  const absent = { d: null, p: null, k: null, use: null, alg: null, kid: null, key_ops: [], oth: [] }
  const forms: [string, object | string][] = [
    ...Array.from(wrappingsOf(pem), ([how, text]) => [`PEM ${how}`, text] as [string, object | string]),
    ...Array.from(lineEndsOf(pem), ([how, text]) => [`PEM with ${how}`, text] as [string, object | string]),
    ...Array.from(wrappingsOf(JSON.stringify(jwk)), ([how, text]): [string, object | string] => [
      `a JWK in JSON ${how}`,
      text,
    ]),
    ['a JWK', jwk],
    ['a JWK with all that others write', { ...jwk, ...absent, ext: true, x5c: null }],
    ['a JWK in JSON on lines that are spelled out', JSON.stringify(jwk, null, 2).replaceAll('\n', '\\n')],
    ['a JWK in JSON with its quotes escaped', JSON.stringify(jwk).replaceAll('"', '\\"')],
    ['DER', der],
    ['DER in a Uint8Array', new Uint8Array(der)],
    ['DER in an ArrayBuffer', new Uint8Array(der).buffer],
    ['DER in base64', der.toString('base64')],
    ['DER in base64url', der.toString('base64url')],
    ['DER in base64, in quotes', `'${der.toString('base64')}'`],
    ['DER in base64, in a Buffer', Buffer.from(der.toString('base64'))],
    ['a KeyObject', key],
  ]
  return forms.map(([name, given]) => ({ name, given }))
}
