import { expect } from '@jest/globals'
import type { KeyObject } from 'node:crypto'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { admitProjectKey, createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import { projects } from './installation.js'
import type { RecipeFolder, Recipes } from './recipes.js'

/** The packages of `projects/kms` that a program finds in the place of those of the services. */
const doubles = {
  'kms-device': 'device.js',
  '@aws-sdk/client-kms': 'client-kms.js',
  '@google-cloud/kms': 'google-kms.js',
  '@azure/keyvault-keys': 'keyvault-keys.js',
  '@azure/identity': 'identity.js',
}

export type Alg = 'ES256' | 'RS256' | 'PS256' | 'EdDSA'

export interface Run {
  readonly alg: Alg
  /** What names the key to the service. */
  readonly key: string
  readonly variables: NodeJS.ProcessEnv
  /** Changes the code of the page. */
  readonly change?: (code: string) => string
  /** Further claims, for a token each: the text to sign is longer with them. */
  readonly claims?: readonly object[]
}

/** A program of a customer: the code of the page for one service, and what uses it. */
export class RemoteKeyProgram {
  readonly #page: Recipes
  readonly #here: RecipeFolder
  readonly #service: string

  constructor(page: Recipes, here: RecipeFolder, service: string) {
    this.#page = page
    this.#here = here
    this.#service = service
  }

  /** Signs a token for each of `claims`, which are the lines that the program prints, or says what it threw, with all that `inspect` finds in it. */
  async run({ alg, key, variables, change, claims = [{}] }: Run): Promise<string> {
    const code = this.#page.with(this.#service)
    const use = this.#page.with("'./remote-key.js'").replace("'ES256'", `'${alg}'`)
    await this.#here.write('package.json', '{ "type": "module" }')
    const changed = change?.(code)
    if (changed === code) throw new Error('The page has not what the test changes')
    await this.#here.write('remote-key.js', javascript(withLongLimits(changed ?? code)))
    await this.#here.write('signer.js', javascript(use))
    await this.#here.write('run.js', sign)
    return this.#here.shell('node run.js', { KMS_KEY: key, CLAIMS: JSON.stringify(claims), ...variables })
  }
}

const sign = `import { inspect } from 'node:util'
try {
  const { signer } = await import('./signer.js')
  const tokens = []
  for (const claims of JSON.parse(process.env.CLAIMS)) tokens.push(await signer.sign(claims))
  process.stdout.write(tokens.join('\\n'))
} catch (error) {
  process.stdout.write(error.message + '\\n\\n' + inspect(error, { depth: 9, showHidden: true }))
}`

/** Two and five seconds are enough for a service, and not always for a busy machine. */
const withLongLimits = (code: string) => code.replaceAll(/\b[25]_000\b/g, '60_000')

/** As a compiler makes it of the TypeScript that a reader copies. */
export function javascript(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(code, { compilerOptions }).outputText
}

export async function installDoubles(folder: string): Promise<void> {
  for (const [name, file] of Object.entries(doubles)) {
    const place = join(folder, 'node_modules', name)
    await mkdir(place, { recursive: true })
    await cp(join(projects, 'kms', file), join(place, 'index.js'))
    await cp(join(projects, 'kms/package.json'), join(place, 'package.json'))
  }
}

/** The platform has the public half under its thumbprint, for this algorithm, and accepts the token. */
export async function expectToken(token: string, alg: Alg, publicKey: KeyObject): Promise<void> {
  const audience = 'https://platform.example'
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ pem, alg }] }])
  const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  const { project, projectToken } = await verifier.verify(token)
  expect([project.id, projectToken.header.alg]).toEqual(['shop', alg])
  expect(projectToken.kid).toBe(admitProjectKey({ id: 'shop' }, { pem }).kid)
}
