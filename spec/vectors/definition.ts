import { audience, keyOf, now, projectWith } from './projects.js'
import type { PublishedKey } from './published-keys.js'
import type { RequestFacts, Step, TestGroup, VerifierSettings } from './shape.js'
import { signatureOf } from './signature.js'

/** One difference from an honest token, or a few that belong together. */
export interface Difference {
  /** Whose token it is. Default `shop`. */
  readonly project?: string
  /** Which key of the project it names and is signed with. Default: the first. */
  readonly key?: string
  /** Signs with another key, or by another algorithm than that of the key. */
  readonly signedWith?: PublishedKey
  readonly signedBy?: string
  /** Members to set; undefined removes one. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** Changes the text, or the bytes, of the header or the claims set. */
  readonly headerText?: (text: string) => string | Buffer
  readonly claimsText?: (text: string) => string | Buffer
  /** Spells the two segments in another way, before they are signed. */
  readonly spelled?: (header: string, claims: string) => readonly [header: string, claims: string]
  /** Changes the right signature, or makes another one. */
  readonly signature?: (right: Buffer, signingInput: string) => Buffer
  /** Changes the token when all is done. */
  readonly respelled?: (token: string) => string
}

export interface Circumstances {
  readonly now?: number
  readonly request?: RequestFacts
}

export interface Definition extends Difference, Circumstances {
  readonly about: string
  /** The code of the refusal; undefined: accepted. */
  readonly refused: string | undefined
  /** Scopes that are granted. Default: those of the project. */
  readonly granted?: readonly string[]
}

/** A test has its id from its place: new ones come at the end, so that no id gets another meaning. */
export interface GroupDefinition {
  readonly name: string
  readonly about: string
  readonly verifier?: Partial<VerifierSettings>
  readonly tests: readonly Definition[]
}

type Rest = Omit<Definition, 'about' | 'refused'>

export const accepts = (about: string, rest: Rest = {}): Definition => ({
  about,
  refused: undefined,
  ...rest,
})
export const refuses = (refused: string, about: string, rest: Rest = {}): Definition => ({
  about,
  refused,
  ...rest,
})

export function groupOf({ name, about, verifier, tests }: GroupDefinition): TestGroup {
  return {
    name,
    about,
    ...(verifier !== undefined && { verifier }),
    tests: tests.map((test, index) => {
      const id = `${name}-${index + 1}`
      return { id, about: test.about, ...stepOf(test, id) }
    }),
  }
}

/** What is asked, and what is answered. */
export function stepOf(definition: Omit<Definition, 'about'>, jti: string): Step {
  const { request, refused, project = 'shop', granted } = definition
  return {
    ...(definition.now !== undefined && { now: definition.now }),
    token: tokenOf(definition, jti),
    ...(request !== undefined && { request }),
    ...(refused !== undefined
      ? { refused }
      : { accepted: { project, scopes: granted ?? projectWith(project).scopes ?? [] } }),
  }
}

/** An honest token but for the difference. */
export function tokenOf(difference: Difference, jti: string): string {
  const { project: id = 'shop', signature = (right: Buffer) => right, respelled = unchanged } = difference
  const { issuer = id, keys } = projectWith(id)
  const { stored, published } = keyOf(id, difference.key ?? keys[0]?.stored.kid ?? '')
  const { kid, alg } = stored
  const header = { alg, kid, typ: 'project-auth+jwt', ...difference.header }
  const honest = { iss: issuer, aud: audience, proj_id: id, jti, iat: now - 10, exp: now + 110 }
  const claims = { ...honest, ...difference.claims }
  const headerSegment = encoded((difference.headerText ?? unchanged)(JSON.stringify(header)))
  const claimsSegment = encoded((difference.claimsText ?? unchanged)(JSON.stringify(claims)))
  const { spelled = (...segments: [string, string]) => segments } = difference
  const signingInput = spelled(headerSegment, claimsSegment).join('.')
  const right = signatureOf(difference.signedBy ?? alg, signingInput, difference.signedWith ?? published)
  return respelled(`${signingInput}.${encoded(signature(right, signingInput))}`)
}

const unchanged = (text: string) => text

export function encoded(bytes: string | Buffer): string {
  return Buffer.from(bytes as string).toString('base64url')
}
