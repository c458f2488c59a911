import { randomBytes, randomUUID } from 'node:crypto'
import { encode, mint, now } from '../spec/helpers/mint.js'

/** One algorithm's honest tokens, each with a jti of its own, signed before anything is timed. */
export function honestTokens(alg: string, count: number): readonly string[] {
  return times(count, () => flat(mint({ alg, claims: { jti: randomUUID() } })))
}

/** Tokens that are refused, and should be before they cost anything. */
export function refusedTokens(count: number): Readonly<Record<string, readonly string[]>> {
  const segment = (bytes: number) => randomBytes(bytes).toString('base64url')
  const claims = { jti: 'x', exp: now + 60 }
  return {
    'random text': times(count, () => randomBytes(200).toString('latin1')),
    'three random segments': times(count, () => flat(`${segment(50)}.${segment(150)}.${segment(256)}`)),
    'segments that are no JSON': times(count, () =>
      flat(`${encode(`no json ${randomUUID()}`)}.${encode(`{ none either ${randomUUID()}`)}.${segment(256)}`),
    ),
    // Crafted, not found: whoever sends it knows a kid. The price is that of an exception in JSON.parse.
    'good header, claims set is no JSON': times(count, () =>
      flat(mint({ signature: randomBytes(64), claimsText: `{"iss":"shop","jti":"${randomUUID()}",}` })),
    ),
    'alg none': times(count, () =>
      flat(`${encode('{"alg":"none","kid":"k"}')}.${encode(JSON.stringify(claims))}.${segment(256)}`),
    ),
    expired: times(count, () =>
      flat(mint({ alg: 'RS256', claims: { jti: randomUUID(), iat: now - 200, exp: now - 80 } })),
    ),
  }
}

/** What comes with a request is one piece of text; a joined string is a tree, which its first reader would have to flatten. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
