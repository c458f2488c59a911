import { describe, expect, it } from '@jest/globals'
import { compactReader, projectTokenTypes } from '../../lib/verify/compact.js'
import type { Algorithm } from '../../lib/protocol.js'
import { badKid, expectStepRefusal, refusedParameter, tooLong } from '../helpers/refusals.js'
import { encode, mint } from '../helpers/mint.js'

const settings = {
  algorithms: new Set<Algorithm>(['ES256', 'RS256', 'PS256', 'EdDSA']),
  maxTokenLength: 4096,
  isAllowedType: projectTokenTypes({ isRequired: false }),
}
const read = compactReader(settings)
const refused = (token: string, code: Parameters<typeof expectStepRefusal>[1], description?: string) =>
  expectStepRefusal(() => read(token), code, description)

it('takes a token apart', () => {
  const token = mint({ claims: { jti: 'use-a' } })
  const [header = '', claims = '', signature = ''] = token.split('.')
  expect(read(token)).toEqual({
    unverifiedHeader: { alg: 'ES256', kid: 'key-es256', typ: 'project-auth+jwt' },
    alg: 'ES256',
    unverifiedClaims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as unknown,
    signingInput: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  })
})

describe('the length', () => {
  const token = mint()

  it('may be all that is accepted', () => {
    const exact = compactReader({ ...settings, maxTokenLength: token.length })
    expect(exact(token).alg).toBe('ES256')
  })

  it('may not be one more, whatever is in the token', async () => {
    const tight = compactReader({ ...settings, maxTokenLength: token.length - 1 })
    await expectStepRefusal(() => tight(token), 'request_malformed', tooLong)
    await expectStepRefusal(() => tight('.'.repeat(token.length)), 'request_malformed', tooLong)
  })
})

describe('the segments', () => {
  const [header = '', claims = '', signature = ''] = mint().split('.')

  it.each([
    ['none', ''],
    ['one', header],
    ['two', `${header}.${claims}`],
    ['four', `${header}.${claims}.${signature}.`],
    ['four, one in front', `.${header}.${claims}.${signature}`],
    ['five, like a JWE', `${header}.${claims}.${signature}.${claims}.${signature}`],
    ['three, without a header', `.${claims}.${signature}`],
    ['three, without claims', `${header}..${signature}`],
    ['three, without a signature', `${header}.${claims}.`],
    ['three empty ones', '..'],
    ['three, with a space for a signature', `${header}.${claims}. `],
  ])('are three: not %s', (_, token) => refused(token, 'token_malformed'))

  it('are not one that can be read as header, as claims and as a signature of RS256', async () => {
    const text = JSON.stringify({ alg: 'RS256', kid: 'key-1', filler: '' })
    const filler = 'f'.repeat(257 - text.length)
    const segment = encode(JSON.stringify({ alg: 'RS256', kid: 'key-1', filler }))
    const token = `${segment}A`
    expect(Buffer.from(token, 'base64url')).toHaveLength(258)
    expect(read(`${segment}.${segment}.${token}`).alg).toBe('RS256')
    await refused(token, 'token_malformed')
  })
})

describe('alg', () => {
  it.each([
    ['ES256', 'ES256'],
    ['RS256', 'RS256'],
    ['PS256', 'PS256'],
    ['EdDSA', 'EdDSA'],
    ['Ed25519', 'EdDSA'],
  ])('%s is read as %s', (alg, name) => {
    expect(read(mint({ alg }))).toMatchObject({ alg: name, unverifiedHeader: { alg } })
  })

  it.each(['ES384', 'HS256', 'none', 'es256', 'ES256 ', 'ES256K', 'dir', '', '__proto__', 'constructor'])(
    '%j is not accepted here',
    (alg) => refused(mint({ header: { alg } }), 'algorithm_not_allowed'),
  )

  it('of a signer that is not Ed25519 has no second name', () =>
    refused(mint({ header: { alg: 'ED25519' } }), 'algorithm_not_allowed'))

  it.each([[undefined], [null], [256], [true], [['ES256']], [{ toString: 'ES256' }]])(
    '%j is no name',
    (alg) => refused(mint({ header: { alg } }), 'token_malformed'),
  )
})

describe('typ', () => {
  const ours = [
    'project-auth+jwt',
    'PROJECT-AUTH+JWT',
    'application/project-auth+jwt',
    'Application/Project-Auth+JWT',
  ]
  const general = [undefined, 'JWT', 'jwt', 'application/jwt', 'APPLICATION/JWT']
  const foreign = [
    'at+jwt',
    'dpop+jwt',
    'JOSE',
    'project-key-proof+jwt',
    '',
    'jwt ',
    ' JWT',
    'text/jwt',
    'application/application/jwt',
    'project-application/auth+jwt',
    'project-auth+jwt; a=b',
    null,
    1,
    ['JWT'],
  ]
  const strict = compactReader({ ...settings, isAllowedType: projectTokenTypes({ isRequired: true }) })

  it.each([...ours, ...general])('may be %j', (typ) => {
    expect(read(mint({ header: { typ } })).alg).toBe('ES256')
  })

  it.each(foreign)('may not be %j', (typ) => refused(mint({ header: { typ } }), 'token_type_not_allowed'))

  it.each(ours)('may be %j where ours is required', (typ) => {
    expect(strict(mint({ header: { typ } })).alg).toBe('ES256')
  })

  it.each([...general, ...foreign])('may not be %j where ours is required', (typ) =>
    expectStepRefusal(() => strict(mint({ header: { typ } })), 'token_type_not_allowed'),
  )
})

describe('kid', () => {
  it.each(['k', ' ', '__proto__', 'é', '../../etc/passwd', 'k'.repeat(256)])('may be %j', (kid) => {
    expect(read(mint({ header: { kid } })).unverifiedHeader.kid).toBe(kid)
  })

  it.each([undefined, null, '', 1, ['k'], { k: 1 }, 'k'.repeat(257), '\ud800'])('may not be %j', (kid) =>
    refused(mint({ header: { kid } }), 'token_malformed', badKid),
  )
})

it.each(['crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'jku', 'x5u', 'x5c'])(
  'refuses the parameter %s, also with a harmless value',
  async (name) => {
    await refused(mint({ header: { [name]: null } }), 'token_malformed', refusedParameter(name))
    await refused(mint({ header: { [name]: [] } }), 'token_malformed', refusedParameter(name))
  },
)

it('lets pass a parameter that nobody reads', () => {
  expect(read(mint({ header: { x5t: 'a', iat: 1 } })).alg).toBe('ES256')
})

describe('the signature', () => {
  it.each([
    ['ES256', 63],
    ['ES256', 65],
    ['ES256', 32],
    ['ES256', 128],
    ['EdDSA', 63],
    ['EdDSA', 65],
    ['RS256', 255],
    ['RS256', 513],
    ['PS256', 255],
    ['PS256', 513],
  ])('of %s cannot have %d bytes', (alg, length) =>
    refused(mint({ alg, signature: Buffer.alloc(length, 1) }), 'token_malformed'),
  )

  it.each([
    ['ES256', 64],
    ['RS256', 256],
    ['RS256', 512],
    ['PS256', 384],
  ])('of %s can have %d bytes', (alg, length) => {
    expect(read(mint({ alg, signature: Buffer.alloc(length, 1) })).signature).toHaveLength(length)
  })

  it.each([
    ['ES384', 96],
    ['ES512', 132],
  ] as const)('of %s has exactly %d bytes', async (alg, length) => {
    const reader = compactReader({ ...settings, algorithms: new Set([alg]) })
    expect(reader(mint({ alg })).signature).toHaveLength(length)
    const short = mint({ alg, signature: Buffer.alloc(length - 1, 1) })
    await expectStepRefusal(() => reader(short), 'token_malformed')
  })
})

describe('headers that were read before', () => {
  const headerOf = (header: Record<string, unknown>) => read(mint({ header })).unverifiedHeader

  it('are the same object, which nobody can change', () => {
    const first = headerOf({ kid: 'key-1' })
    expect(headerOf({ kid: 'key-1' })).toBe(first)
    expect(() => {
      ;(first as { kid: string }).kid = 'key-2'
    }).toThrow(TypeError)
  })

  it('are only those with no more than alg, kid and typ, because anyone can write a header', () => {
    for (const header of [{ extra: 1 }, { extra: [{}] }, { a: 'a' }]) {
      const first = headerOf(header)
      expect(headerOf(header)).toEqual(first)
      expect(headerOf(header)).not.toBe(first)
    }
    expect(headerOf({ typ: undefined })).toBe(headerOf({ typ: undefined }))
  })

  it('are only those of at most 512 characters', () => {
    const text = (space: number) => `{"alg":"ES256",${' '.repeat(space)}"kid":"key-1"}`
    const readText = (space: number) => read(mint({ headerText: text(space) }))
    const most = (512 / 4) * 3 - text(0).length
    expect(readText(most).signingInput.indexOf('.')).toBe(512)
    expect(readText(most).unverifiedHeader).toBe(readText(most).unverifiedHeader)
    expect(readText(most + 1).unverifiedHeader).toEqual({ alg: 'ES256', kid: 'key-1' })
    expect(readText(most + 1).unverifiedHeader).not.toBe(readText(most + 1).unverifiedHeader)
  })

  it('do not let the rest of a token pass unread', async () => {
    const [header = '', claims = ''] = mint().split('.')
    await refused(`${header}.${claims}.AAAA`, 'token_malformed')
    await refused(`${header}.e30=.${encode(Buffer.alloc(64))}`, 'token_malformed')
  })

  it('are refused each time when they are bad', async () => {
    const token = mint({ header: { alg: 'none' } })
    await refused(token, 'algorithm_not_allowed')
    await refused(token, 'algorithm_not_allowed')
  })

  it('are those of one reader: another has rules of its own', async () => {
    const other = compactReader({ ...settings, algorithms: new Set(['RS256']) })
    const token = mint()
    expect(read(token).alg).toBe('ES256')
    await expectStepRefusal(() => other(token), 'algorithm_not_allowed')
  })
})

it('does not leave the caller a way to change the next token of the same header', () => {
  const [first, second] = [read(mint()), read(mint())]
  expect(first.unverifiedClaims).not.toBe(second.unverifiedClaims)
  expect(first.signingInput).not.toBe(second.signingInput)
})
