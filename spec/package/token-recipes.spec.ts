import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type Verifier } from '../../lib/index.js'
import { recipeFolder, Recipes, type RecipeFolder } from './recipes.js'

const page = new Recipes('docs/interoperability.md', ['js', 'python', 'sh'])
const audience = 'https://platform.example'
const given = `key-1 shop ${audience}`

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const pem = (key: KeyObject, type: 'pkcs8' | 'spki') => key.export({ type, format: 'pem' }) as string

let here: RecipeFolder
beforeAll(async () => {
  here = await recipeFolder()
  await here.write('es256.pem', pem(pairs.ES256.privateKey, 'pkcs8'))
})
afterAll(() => rm(here.folder, { recursive: true }))

/** Knows one project, with one key for one algorithm. */
function verifierFor(alg: 'ES256' | 'RS256' | 'PS256' | 'EdDSA'): Verifier {
  const { publicKey } = pairs[alg === 'PS256' ? 'RS256' : alg]
  const key = { pem: pem(publicKey, 'spki'), kid: 'key-1', alg }
  return createVerifier({
    audience,
    typ: 'project-auth+jwt',
    keyStore: new MemoryKeyStore([{ id: 'shop', keys: [key] }]),
    replayStore: new MemoryReplayStore(),
  })
}

async function expectToken(verifier: Verifier, printed: string): Promise<void> {
  const { project, projectToken } = await verifier.verify(printed.trim())
  expect(project.id).toBe('shop')
  expect(projectToken.claims.exp - (projectToken.claims.iat ?? 0)).toBe(120)
}

describe('a token that docs/interoperability.md makes is accepted', () => {
  it('with Node alone', async () => {
    await here.write('sign.mjs', page.with('export function projectToken'))
    const call = `import { projectToken } from './sign.mjs'; console.log(projectToken('key-1', 'shop', '${audience}'))`
    await here.write('call.mjs', call)
    await expectToken(verifierFor('ES256'), await here.shell('node call.mjs'))
  })

  it('with PyJWT, in three lines', async () => {
    const block = page.with('jwt.encode(')
    expect(block.trim().split('\n\n').at(-1)?.split('\n')).toHaveLength(3)
    await here.write('pyjwt.py', `${block}\nprint(token)\n`)
    await expectToken(verifierFor('ES256'), await here.shell('python3 pyjwt.py'))
  })

  it('with Python and openssl', async () => {
    await here.write('sign.py', page.with('sign.py:'))
    const token = await here.shell(`python3 sign.py es256.pem ${given}`)
    await expectToken(verifierFor('ES256'), token)
  })

  const script = () => page.with('sign-es256.sh')

  it('with the shell and openssl', async () => {
    await here.write('sign-es256.sh', script())
    const token = await here.shell(`sh sign-es256.sh es256.pem ${given}`)
    await expectToken(verifierFor('ES256'), token)
  })

  it.each(['RS256', 'PS256', 'EdDSA'] as const)('with the shell and openssl, for %s', async (alg) => {
    const line = /^signature=.*der_to_raw.*$/m
    expect(script()).toMatch(line)
    const other = script()
      .replace('"alg":"ES256"', `"alg":"${alg}"`)
      .replace(line, () => page.with(`# ${alg}`))
    await here.write(`${alg}.sh`, other)
    await here.write(`${alg}.pem`, pem(pairs[alg === 'PS256' ? 'RS256' : alg].privateKey, 'pkcs8'))
    await expectToken(verifierFor(alg), await here.shell(`sh ${alg}.sh ${alg}.pem ${given}`))
  })
})

it('no way to make a token on that page is left out', () => {
  expect(page.notRun()).toEqual([])
})
