/** Quotes, JSON within JSON and base64: what people and their tools wrap a key into, one within another. */
const maxLayers = 2
/** The same as for every other reader of private keys. */
const maxLength = 65_536

/**
 * The JSON or PEM that was given as a key, without what it is wrapped in; undefined for what is neither. Runs anywhere, so that a key
 * file is one at the edge, too.
 */
export function keyText(given: unknown): string | undefined {
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) return undefined
  if (given.length > maxLength) return undefined
  return unwrapped(typeof given === 'string' ? given : new TextDecoder().decode(given), maxLayers)
}

function unwrapped(text: string, layers: number): string | undefined {
  // A byte order mark is white space.
  const bare = text.trim()
  const inner = layers > 0 ? unquoted(bare) : undefined
  if (inner !== undefined) return unwrapped(inner, layers - 1)
  if (bare.startsWith('{') || bare.includes('-----BEGIN')) return bare
  const bytes = layers > 0 ? decoded(bare) : undefined
  return bytes === undefined ? undefined : unwrapped(bytes, layers - 1)
}

function unquoted(text: string): string | undefined {
  if (!/^(["']).*\1$/s.test(text)) return undefined
  try {
    return JSON.parse(text) as string
  } catch {
    return text.slice(1, -1)
  }
}

function decoded(base64: string): string | undefined {
  try {
    return atob(
      base64
        .replaceAll(/\\[nr]|\s/g, '')
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    )
  } catch {
    return undefined
  }
}
