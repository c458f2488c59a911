import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { calculateJwkThumbprint, decodeProtectedHeader, decodeJwt } from 'jose'
import { createSigner, type SignerOptions } from '../../lib/customer/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, now } from '../helpers/mint.js'
import { shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const { privateKey, publicJwk } = keyPair('ES256')
const honest: SignerOptions = { projectId: 'shop', audience, privateKey }
const signerOf = (override: Partial<SignerOptions> = {}) => createSigner({ ...honest, ...override })
const verifier = () => verifierOf({}, [shop([], { keys: [{ jwk: publicJwk }] })])

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000 + 999)
})

afterEach(() => {
  jest.restoreAllMocks()
})

describe('a signer', () => {
  it('signs exactly the token that the protocol describes', async () => {
    const token = await signerOf().sign()
    const kid = await calculateJwkThumbprint(publicJwk)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid, typ: 'project-auth+jwt' })
    const claims = decodeJwt(token)
    expect(claims).toEqual({
      iss: 'shop',
      sub: 'shop',
      aud: audience,
      proj_id: 'shop',
      jti: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      iat: now,
      exp: now + 120,
    })
    const { project, projectToken } = await verifier().verify(token)
    expect(project.id).toBe('shop')
    expect(projectToken).toMatchObject({ kid, claims })
  })

  it('signs a new token each time, good for one use', async () => {
    const signer = signerOf()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => signer.sign()))
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(20)
    const platform = verifier()
    for (const token of tokens) await expect(platform.verify(token)).resolves.toBeDefined()
    for (const token of tokens) await expectRefusal(platform.verify(token), 'token_replayed')
  })

  it('reads the clock for each token', async () => {
    const signer = signerOf()
    await signer.sign()
    jest.spyOn(Date, 'now').mockReturnValue((now + 50) * 1000)
    expect(decodeJwt(await signer.sign())).toMatchObject({ iat: now + 50, exp: now + 170 })
  })

  it('names another issuer when told, which the platform must expect', async () => {
    const token = await signerOf({ issuer: 'https://shop.example' }).sign()
    expect(decodeJwt(token)).toMatchObject({ iss: 'https://shop.example', sub: 'shop', proj_id: 'shop' })
    const expecting = verifierOf({}, [
      shop([], { issuer: 'https://shop.example', keys: [{ jwk: publicJwk }] }),
    ])
    await expect(expecting.verify(token)).resolves.toBeDefined()
    await expectRefusal(verifier().verify(token), 'issuer_mismatch')
  })

  it.each([1, 60, 120.5, 300, 3600])('lets a token live %d seconds when told', async (expiresIn) => {
    expect(decodeJwt(await signerOf({ expiresIn }).sign()).exp).toBe(now + expiresIn)
  })

  it('takes the kid that it is given, else that of the JWK, else the thumbprint', async () => {
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'in the JWK' }
    const kidOf = async (options: Partial<SignerOptions>) =>
      decodeProtectedHeader(await signerOf(options).sign()).kid
    expect(await kidOf({ kid: 'given', privateKey: jwk })).toBe('given')
    expect(await kidOf({ kid: 'given' })).toBe('given')
    expect(await kidOf({ privateKey: jwk })).toBe('in the JWK')
    expect(await kidOf({ privateKey: JSON.stringify(jwk) })).toBe('in the JWK')
    const thumbprint = await calculateJwkThumbprint(publicJwk)
    expect(await kidOf({})).toBe(thumbprint)
    expect(await kidOf({ privateKey: { ...jwk, kid: null } })).toBe(thumbprint)
    for (const kid of ['', 1, ' ', 'x'.repeat(257)]) {
      expect(() => signerOf({ privateKey: { ...jwk, kid } as object })).toThrow(
        new TypeError('createSigner: the kid of privateKey must be a string of 1 to 256 characters'),
      )
    }
  })

  it('adds further claims', async () => {
    const extra = { scope: 'portal:read', origin: 'https://shop.example', user: { id: 7, tags: ['a'] } }
    const token = await signerOf().sign(extra)
    expect(decodeJwt(token)).toMatchObject(extra)
    await expect(verifier().verify(token, { origin: 'https://shop.example' })).resolves.toMatchObject({
      projectToken: { scopes: ['portal:read'], claims: extra },
    })
    expect(extra).toEqual({
      scope: 'portal:read',
      origin: 'https://shop.example',
      user: { id: 7, tags: ['a'] },
    })
  })

  it('signs the longest token that platforms accept, and refuses a longer one', async () => {
    const signer = signerOf()
    const { length } = await signer.sign({ data: '' })
    const room = Math.floor(((4096 - length) * 3) / 4) - 3
    const longest = await signer.sign({ data: 'x'.repeat(room) })
    expect(longest.length).toBeGreaterThan(4090)
    await expect(verifier().verify(longest)).resolves.toBeDefined()

    const tooLong = signer.sign({ data: 'x'.repeat(room + 10) })
    await expect(tooLong).rejects.toBeInstanceOf(TypeError)
    await expect(tooLong).rejects.toThrow(
      /^The token has 4\d{3} characters; platforms refuse more than 4096\. Pass fewer extra claims\.$/,
    )
  })
})

describe('a signer refuses to sign', () => {
  it.each(['iss', 'sub', 'aud', 'proj_id', 'jti', 'exp', 'iat', 'nbf'])(
    'the claim %s, which it sets itself or leaves out',
    async (name) => {
      for (const value of ['shop', undefined]) {
        await expect(signerOf().sign({ [name]: value })).rejects.toEqual(
          new TypeError(`The claim ${name} is set by the signer; leave it out`),
        )
      }
    },
  )

  it('a claim named __proto__', async () => {
    const extra = JSON.parse('{ "__proto__": { "scope": "admin" } }') as Record<string, unknown>
    await expect(signerOf().sign(extra)).rejects.toEqual(new TypeError('A claim must not be named __proto__'))
  })

  it('a claim that is a function, which could speak for the whole claims set', async () => {
    for (const name of ['toJSON', 'scope', 'user']) {
      await expect(signerOf().sign({ [name]: () => ({ proj_id: 'rival' }) })).rejects.toEqual(
        new TypeError('A claim must be JSON, not a function'),
      )
    }
  })

  it.each([null, 'scope', ['scope'], 1])('%j in place of claims', async (extra) => {
    await expect(signerOf().sign(extra as never)).rejects.toEqual(
      new TypeError('sign takes an object of further claims, or nothing'),
    )
  })

  it.each([['portal:read'], 1, null, {}, '', 'a  b', ' a', 'a"b'])('the scope %j', async (value) => {
    await expect(signerOf().sign({ scope: value as string })).rejects.toEqual(
      new TypeError('The claim scope must be a string, names with one space between'),
    )
  })

  it.each([
    ['https://shop.example'],
    1,
    null,
    'https://shop.example/',
    'shop.example',
    'https://Shop.example',
    'null',
  ])('the origin %j', async (value) => {
    await expect(signerOf().sign({ origin: value as string })).rejects.toEqual(
      new TypeError('The claim origin must be an origin as browsers send it, like https://shop.example'),
    )
  })

  it.each(['scope', 'origin', 'tenant'])('a %s that is undefined, as a lost setting is', async (name) => {
    await expect(signerOf().sign({ [name]: undefined })).rejects.toEqual(
      new TypeError(`The claim ${name} is undefined; set it or leave it out`),
    )
  })

  it.each([
    ['scopes', 'The claim is named scope: names with one space between'],
    ['scp', 'The claim is named scope: names with one space between'],
    ['Scope', 'The claim is named scope, in small letters'],
    ['ORIGIN', 'The claim is named origin, in small letters'],
    ['expiresIn', 'expiresIn is an option of createSigner'],
    ['audience', 'audience is an option of createSigner'],
    ['projectId', 'projectId is an option of createSigner'],
    ['Exp', 'The claim Exp is set by the signer; leave it out'],
  ])('the name %s, which means something else', async (name, sentence) => {
    await expect(signerOf().sign({ [name]: 'portal:read' })).rejects.toEqual(new TypeError(sentence))
  })
})

describe('createSigner refuses', () => {
  it.each([undefined, null, 'shop', 1])('%j', (options) => {
    expect(() => createSigner(options as unknown as SignerOptions)).toThrow(
      new TypeError(
        'createSigner takes an object; each option has a name: projectId, audience, privateKey, keyFile, kid, issuer, alg, expiresIn',
      ),
    )
  })

  it.each([
    ['projectId', 'a string of 1 to 256 characters, not blank, without control characters'],
    ['kid', 'a string of 1 to 256 characters, not blank, without control characters'],
    ['audience', 'a non-empty string'],
    ['issuer', 'a non-empty string'],
  ])('a %s that is no name', (name, what) => {
    for (const wrong of ['', 1, null, ['shop']]) {
      expect(() => signerOf({ [name]: wrong })).toThrow(
        new TypeError(`createSigner: ${name} must be ${what}`),
      )
    }
  })

  it.each(['projectId', 'kid'])('a %s that no platform takes', (name) => {
    for (const wrong of ['x'.repeat(257), 'a\0b', '\ud800', ' ']) {
      expect(() => signerOf({ [name]: wrong })).toThrow(
        new TypeError(
          `createSigner: ${name} must be a string of 1 to 256 characters, not blank, without control characters`,
        ),
      )
    }
  })

  it.each(['projectId', 'audience', 'issuer', 'kid', 'alg', 'expiresIn'])('an undefined %s', (name) => {
    expect(() => signerOf({ [name]: undefined })).toThrow(
      new TypeError(`createSigner: ${name} is undefined; set it or leave it out`),
    )
  })

  it.each([
    ['projectId', 'the id that the platform gave the project'],
    ['audience', "the platform's name, as its documentation gives it"],
  ])('to do without %s', (name, hint) => {
    const options: Record<string, unknown> = { projectId: 'shop', audience, privateKey }
    expect(() =>
      createSigner(
        Object.fromEntries(
          Object.entries(options).filter(([key]) => key !== name),
        ) as unknown as SignerOptions,
      ),
    ).toThrow(new TypeError(`createSigner: ${name} is missing: ${hint}`))
  })

  it('a privateKey that is undefined, as a missing variable is', () => {
    expect(() => createSigner({ ...honest, privateKey: process.env.NO_SUCH_VARIABLE })).toThrow(
      new TypeError(
        'createSigner: privateKey is undefined or empty; is the variable or file that should hold it there?',
      ),
    )
  })

  it('an expiresIn in milliseconds', () => {
    expect(() => signerOf({ expiresIn: 120_000 })).toThrow(
      new TypeError(
        'createSigner: expiresIn must be a number of seconds from 1 to 3600; 120000 looks like milliseconds',
      ),
    )
  })

  it.each([0, 0.5, -1, NaN, Infinity, '120', null])('an expiresIn of %p', (expiresIn) => {
    expect(() => signerOf({ expiresIn: expiresIn as number })).toThrow(
      new TypeError('createSigner: expiresIn must be a number of seconds from 1 to 3600'),
    )
  })

  it.each([
    ['project', 'Did you mean "projectId"?'],
    ['algorithm', 'Known: projectId, audience, privateKey, keyFile, kid, issuer, alg, expiresIn.'],
    ['expiresin', 'Did you mean "expiresIn"?'],
    ['key', 'Did you mean "kid"?'],
  ])('an option named %s', (name, hint) => {
    expect(() => signerOf({ [name]: 'x' })).toThrow(
      new TypeError(`createSigner: unknown option ${JSON.stringify(name)}. ${hint}`),
    )
  })
})
