import { readFileSync } from 'node:fs'
import type { VectorsFile } from './shape.js'

/** docs/vectors.json, as a reader has it. */
export const text = readFileSync(new URL('../../../docs/vectors.json', import.meta.url), 'utf8')
export const vectors = JSON.parse(text) as VectorsFile

export const named = <T extends { readonly id: string; readonly about: string }>(list: readonly T[]) =>
  list.map((vector) => [`${vector.id}: ${vector.about}`, vector] as const)

/** The private half by its name in the file. */
export function privateJwk(name: string): Readonly<Record<string, string>> {
  const key = vectors.privateKeys[name]
  if (key === undefined) throw new Error(`The file has no key ${name}`)
  return key.jwk
}

/** Header, claims set and signature, as they are spelled in a token. */
export function segmentsOf(token: string): readonly [header: string, claims: string, signature: string] {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}

export const decoded = (segment: string): unknown =>
  JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
