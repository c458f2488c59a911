import { describe, expect, it } from '@jest/globals'
import {
  createSigner,
  generateProjectKey,
  proveKeyPossession,
  type ProjectKeyFile,
  type SignerOptions,
} from '../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { audience } from '../helpers/mint.js'

const pair = await generateProjectKey('ES256')
const file: ProjectKeyFile = {
  type: 'reverse_jwt_project_key',
  project_id: 'shop',
  audience,
  kid: 'key-of-the-file',
  alg: 'ES256',
  private_key: pair.privateKey,
}
const json = JSON.stringify(file, null, 2)
const jwk = { ...pair.publicJwk, kid: 'key-of-the-file' }
const verify = (token: string) =>
  createVerifier({
    audience,
    keyStore: new MemoryKeyStore([{ id: 'shop', keys: [{ jwk }] }]),
    replayStore: new MemoryReplayStore(),
  }).verify(token)

const forms: readonly [string, SignerOptions['privateKey']][] = [
  ['its text', json],
  ['its text on one line', JSON.stringify(file)],
  ['its text with a byte order mark', `\uFEFF${json}\r\n`],
  ['its text in quotes', `'${JSON.stringify(file)}'`],
  ['JSON within JSON', JSON.stringify(json)],
  ['base64', Buffer.from(json).toString('base64')],
  ['text in which a shell has made line ends of \\n', JSON.stringify(file).replaceAll('\\n', '\n')],
  ['the bytes of the file', Buffer.from(json)],
  ['what its JSON holds', file],
]

function errorOf(call: () => unknown): Error | undefined {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  return undefined
}

const challenge = { aud: audience, proj_id: 'shop', kid: 'key-of-the-file', nonce: 'n', exp: 1_790_000_600 }

describe('a key file', () => {
  it.each(forms)('is all that a signer needs: %s', async (_, privateKey) => {
    const { project, projectToken } = await verify(await createSigner({ privateKey }).sign())
    expect([project.id, projectToken.kid, projectToken.claims.aud]).toEqual([
      'shop',
      'key-of-the-file',
      audience,
    ])
  })

  it.each(forms)('is the option keyFile as well: %s', async (_, keyFile) => {
    const signer = createSigner({ keyFile } as SignerOptions)
    const { project } = await verify(await signer.sign())
    expect(project.id).toBe('shop')
  })

  it.each([
    [
      'a path',
      'project-key.json',
      'keyFile is not what stands in a key file. Is it empty, cut off, a path, or another file?',
    ],
    ['a key alone', pair.privateKey, 'a key without its names is the option privateKey'],
    ['nothing', undefined, 'keyFile is undefined or empty'],
    ['an empty text', '', 'keyFile is undefined or empty'],
    ['a number', 1, 'keyFile must be what stands in a key file'],
    ['a list', [json], 'keyFile must be what stands in a key file'],
  ])('is not %s', (_, keyFile, sentence) => {
    const error = errorOf(() => createSigner({ keyFile, projectId: 'shop', audience } as SignerOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error?.message).toMatch(/^createSigner: /)
    expect(error?.message).toContain(sentence)
  })

  it.each([{ privateKey: pair.privateKey }, { privateKey: undefined }])(
    'is not given beside another key: %j',
    (other) => {
      expect(errorOf(() => createSigner({ keyFile: json, ...other }))?.message).toBe(
        'createSigner: keyFile and privateKey are both given; give one of them',
      )
    },
  )

  it('says for which platform and project its key answers a challenge', async () => {
    expect(await proveKeyPossession({ keyFile: json, challenge })).toMatch(/^eyJ/)
    await expect(
      proveKeyPossession({ keyFile: json, challenge: { ...challenge, aud: 'https://other.example' } }),
    ).rejects.toThrow(/aud of the challenge is not audience\. Do not answer it/)
  })

  it('proves that its key is held', async () => {
    expect(await proveKeyPossession({ privateKey: json, challenge, audience, projectId: 'shop' })).toMatch(
      /^eyJ/,
    )
  })

  it('may say no more than the key, which then is as any other', async () => {
    const privateKey = { type: file.type, private_key: file.private_key } as const
    const token = await createSigner({
      privateKey,
      projectId: 'shop',
      audience,
      kid: 'key-of-the-file',
    }).sign()
    expect((await verify(token)).project.id).toBe('shop')
  })

  it('may be joined by options that say the same', () => {
    expect(() => createSigner({ privateKey: json, projectId: 'shop', audience, alg: 'ES256' })).not.toThrow()
  })

  it.each<[string, Partial<SignerOptions>, string]>([
    [
      'another project',
      { projectId: 'rival' },
      'createSigner: projectId is not that of the key file; leave it out, or take the file that belongs to it',
    ],
    [
      'another platform',
      { audience: 'https://elsewhere.example' },
      'createSigner: audience is not that of the key file; leave it out, or take the file that belongs to it',
    ],
    ['another algorithm', { alg: 'RS256' }, 'createSigner: alg is not the alg that the key is marked for'],
  ])('is refused beside options that say %s', (_, options, message) => {
    expect(() => createSigner({ privateKey: json, ...options })).toThrow(new TypeError(message))
  })

  it.each<[string, object, string]>([
    [
      'of a service account of Google',
      { type: 'service_account' },
      'of another kind: its type is not "reverse_jwt_project_key"',
    ],
    ['without a type', { type: undefined }, 'of another kind: its type is not "reverse_jwt_project_key"'],
    ['without its key', { private_key: null }, 'without a private_key'],
    ['whose key is empty', { private_key: '' }, 'whose private_key is no text'],
    ['whose key is a JWK', { private_key: { kty: 'EC' } }, 'whose private_key is no text'],
    ['whose kid is a number', { kid: 7 }, 'whose kid is no text'],
  ])('is refused that is %s', (_, members, what) => {
    const given = JSON.stringify({ ...file, ...members })
    expect(() => createSigner({ privateKey: given })).toThrow(
      new TypeError(`createSigner: privateKey is a key file ${what}`),
    )
  })

  it('whose key is damaged is refused without a word of it', () => {
    const given = { ...file, private_key: file.private_key.replace(/\n.{20}/, '\n') }
    const error = errorOf(() => createSigner({ privateKey: given }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error?.message).toMatch(/^createSigner: privateKey /)
    expect(error?.message).not.toContain(file.private_key.slice(60, 80))
  })

  it('names what is missing, where it does not say it', () => {
    const privateKey = { type: file.type, private_key: file.private_key } as const
    expect(() => createSigner({ privateKey, audience })).toThrow(/^createSigner: projectId is missing/)
    expect(() => createSigner({ privateKey, projectId: 'shop' })).toThrow(
      /^createSigner: audience is missing/,
    )
  })

  const cutOff = json.slice(0, -40)
  it.each<[string, string]>([
    ['cut off', cutOff],
    ['cut off, in base64', Buffer.from(cutOff).toString('base64')],
    ['with escaped quotes, cut off', JSON.stringify(cutOff).slice(0, -30)],
    ['within a JWK', JSON.stringify({ jwk: file })],
  ])('is an exposed private key where a public one belongs, also %s', (_, pem) => {
    const store = () => new MemoryKeyStore([{ id: 'shop', keys: [{ pem }] }])
    expect(store).toThrow(/private key.*(?:exposed|stay)/)
  })

  it.each(forms)('is an exposed private key where a public one belongs: %s', (_, given) => {
    const key = typeof given === 'object' && !(given instanceof Uint8Array) ? { jwk: given } : { pem: given }
    const store = () => new MemoryKeyStore([{ id: 'shop', keys: [key] }])
    expect(store).toThrow(/private key.*(?:exposed|stay)/)
  })
})
