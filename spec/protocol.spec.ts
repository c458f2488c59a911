import { describe, expect, it } from '@jest/globals'
import {
  algorithmNamed,
  algorithms,
  defaultAlgorithmFor,
  fitsAlgorithm,
  isIdentifier,
  isScopeName,
  isOrigin,
  limits,
  parseUrl,
  projectPrefix,
  projectTokenType,
  proofType,
  type Algorithm,
} from '../lib/protocol.js'

const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const rsaAlgorithms: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/** What a key of each algorithm says of itself. */
const kinds = new Map<Algorithm, { kty: string; crv?: string }>([
  ...Object.entries(curves).map(([alg, crv]) => [alg as Algorithm, { kty: 'EC', crv }] as const),
  ...rsaAlgorithms.map((alg) => [alg, { kty: 'RSA' }] as const),
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
])

it('names the types and the limits that both sides have written down', () => {
  expect(projectTokenType).toBe('project-auth+jwt')
  expect(proofType).toBe('project-key-proof+jwt')
  expect(limits).toEqual({
    tokenLength: { default: 4096, max: 16_384 },
    json: { depth: 16, values: 256, members: 64, objects: 16 },
    identifierLength: 256,
    rsaBits: { min: 2048, max: 4096 },
    lifetime: { default: 300, max: 3600 },
    clockTolerance: { default: 10, max: 60 },
  })
})

describe('an algorithm', () => {
  it('is one of ten, for keys of one kind, with signatures of one length', () => {
    expect(Object.fromEntries(algorithms)).toEqual({
      ES256: { kty: 'EC', crv: 'P-256', signatureBytes: 64 },
      ES384: { kty: 'EC', crv: 'P-384', signatureBytes: 96 },
      ES512: { kty: 'EC', crv: 'P-521', signatureBytes: 132 },
      ...Object.fromEntries(rsaAlgorithms.map((alg) => [alg, { kty: 'RSA' }])),
      EdDSA: { kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 },
    })
  })

  it('has exactly its names', () => {
    for (const alg of algorithms.keys()) expect(algorithmNamed(alg)).toBe(alg)
    expect(algorithmNamed('Ed25519')).toBe('EdDSA')
    for (const name of ['es256', 'HS256', 'none', '', 'constructor', undefined, null, 1]) {
      expect(algorithmNamed(name)).toBeUndefined()
    }
  })

  it.each([...kinds])('%s fits a key of its kind, and no key of another kind', (alg, kind) => {
    expect(fitsAlgorithm(kind, alg)).toBe(true)
    for (const other of kinds.values()) {
      expect(fitsAlgorithm(other, alg)).toBe(other.kty === kind.kty && other.crv === kind.crv)
    }
    expect(fitsAlgorithm({ ...kind, kty: 'oct' }, alg)).toBe(false)
    expect(fitsAlgorithm({ ...kind, crv: 'Ed448' }, alg)).toBe(false)
  })

  it('that does not exist fits no key', () => {
    expect(fitsAlgorithm({ kty: 'RSA' }, 'HS256' as Algorithm)).toBe(false)
  })

  it.each([
    [{ kty: 'RSA' }, 'RS256'],
    [{ kty: 'RSA', crv: 'P-256' }, 'RS256'],
    [{ kty: 'EC', crv: 'P-256' }, 'ES256'],
    [{ kty: 'EC', crv: 'P-384' }, 'ES384'],
    [{ kty: 'EC', crv: 'P-521' }, 'ES512'],
    [{ kty: 'OKP', crv: 'Ed25519' }, 'EdDSA'],
    [{ kty: 'OKP', crv: 'P-256' }, undefined],
    [{ kty: 'EC', crv: 'Ed25519' }, undefined],
    [{ kty: 'EC', crv: 'secp256k1' }, undefined],
    [{ kty: 'oct' }, undefined],
    [{}, undefined],
  ])('is chosen for a key that names none: %j', (jwk, alg) => {
    expect(defaultAlgorithmFor(jwk)).toBe(alg)
  })
})

it('keeps the names of two projects apart, whatever the projects and names are', () => {
  expect(projectPrefix('shop')).toBe('4:shop')
  const pairs = [
    ['a', 'bc'],
    ['ab', 'c'],
    ['', 'abc'],
    ['1:a', 'b'],
    ['1', ':ab'],
  ] as const
  expect(new Set(pairs.map(([projectId, name]) => projectPrefix(projectId) + name)).size).toBe(5)
})

describe('a name of a project, a key or a token', () => {
  it.each(['a', 'a b', ' a', 'x'.repeat(256), 'caf\u00e9', '\u{1f6d2}', '__proto__'])('may be %j', (name) => {
    expect(isIdentifier(name)).toBe(true)
  })

  it.each(['', ' ', '\u00a0', 'x'.repeat(257), 'a\nb', '\0', 'a\u0085', '\ud800', 1, null, undefined, ['a']])(
    'may not be %j',
    (name) => {
      expect(isIdentifier(name)).toBe(false)
    },
  )
})

describe('a name of a scope', () => {
  it.each(['a', 'portal:read', '!#[]~'])('may be %j', (name) => {
    expect(isScopeName(name)).toBe(true)
  })

  it.each(['', 'a b', ' a', 'a ', 'a"', '"a', 'a\\', '\\a', 'caf\u00e9', '\u00e9a', 1, null, ['a']])(
    'may not be %j',
    (name) => {
      expect(isScopeName(name)).toBe(false)
    },
  )
})

describe('a URL', () => {
  it('with letters beyond ASCII is read as often as it is asked for', () => {
    // Often enough for the call to be optimized, which is when URL.canParse of Node 20 begins to say false.
    const origins = Array.from({ length: 100_000 }, () => parseUrl('https://café.example')?.origin)
    expect(new Set(origins)).toEqual(new Set(['https://xn--caf-dma.example']))
  })

  it.each([
    '',
    'shop.example',
    '//shop.example',
    'https://',
    1,
    null,
    undefined,
    {},
    ['https://shop.example'],
  ])('is not read in %j', (text) => {
    expect(parseUrl(text)).toBeUndefined()
  })
})

describe('an origin', () => {
  it.each([
    'https://shop.example',
    'http://localhost',
    'http://localhost:4001',
    'https://127.0.0.1:8443',
    'https://[2001:db8::1]:8443',
    'https://xn--bcher-kva.example',
    'https://a_b.example',
    `https://${'a'.repeat(61)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}:8443`,
    'chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb',
    'capacitor://localhost',
  ])('as browsers write it is %s', (origin) => {
    expect(isOrigin(origin)).toBe(true)
  })

  it.each([
    ...[undefined, null, 7, ['https://shop.example'], new URL('https://shop.example')],
    ...['', 'null', '*', 'shop.example', '//shop.example', 'https://', 'https:shop.example', 'file://'],
    ...[
      'https://shop.example/',
      'https://shop.example/a',
      'https://shop.example?a',
      'https://shop.example#a',
    ],
    ...['https://shop.example:443', 'https://shop.example:', 'https://shop.example:99999', 'https://1'],
    ...['HTTPS://shop.example', 'https://Shop.example', 'https://bücher.example', 'https://sh%6Fp.example'],
    ...['https://*.shop.example', 'https://a@shop.example', 'https://shop.example\\a', 'https://[::g]'],
    ...['https://shop.example, https://a.example', 'https://shop.example,https://a.example'],
    ...[' https://shop.example', 'https://shop.example ', 'https://shop.example\n', 'https://shop.example\0'],
    ...[`https://${'a'.repeat(300)}.example`, `x${'a'.repeat(300)}://x`, 'capacitor://Localhost', '1a://x'],
  ])('is not %j', (value) => {
    expect(isOrigin(value)).toBe(false)
  })
})
