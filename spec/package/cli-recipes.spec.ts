import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type Verifier } from '../../lib/index.js'
import { createRegistry, MemoryProjectStore } from '../../lib/registry/index.js'
import { audience } from '../helpers/mint.js'
import { codeIn } from './code-blocks.js'
import { run } from './command.js'
import { recipeFolder, Recipes, type RecipeFolder } from './recipes.js'

const page = new Recipes('docs/cli.md', ['sh'])
const [shown = ''] = codeIn('docs/cli.md', 'text')

let here: RecipeFolder
let verifier: Verifier
beforeAll(async () => {
  here = await recipeFolder()
})
afterAll(() => rm(here.folder, { recursive: true }))

/** What stands before the values, line by line. */
const namesIn = (text: string) => Array.from(text.matchAll(/^ *(\w+)/gm), ([, name]) => name)

describe('the commands of docs/cli.md', () => {
  it('list what there is', async () => {
    const commands = Array.from(
      (await readFile('docs/cli.md', 'utf8')).matchAll(/^\| \[(\w+)\]/gm),
      ([, name = '']) => name,
    )
    const printed = await here.shell(page.with('--help'))
    expect(Array.from(printed.matchAll(/^ {2}(\w+)/gm), ([, name]) => name)).toEqual(commands)
  })

  it('make a key for one reader', async () => {
    const printed = await here.shell(page.with('npx reverse-jwt keygen --project'))
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: JSON.parse(printed) as object }] }])
    verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    expect(((await stat(join(here.folder, 'project-key.json'))).mode & 0o777).toString(8)).toBe('600')
    await here.write('public.jwk', printed)
  })

  it('answer the challenge of a registry', async () => {
    const by = 'ops@platform.example'
    const registry = createRegistry({ store: new MemoryProjectStore(), audience })
    await registry.createProject({ id: 'shop' }, { by })
    const jwk = await readFile(join(here.folder, 'public.jwk'), 'utf8')
    const { kid, challenge } = await registry.registerKey('shop', { jwk, by })
    await here.write('challenge.json', JSON.stringify(challenge, null, 2))
    const proof = (await here.shell(page.with('--proof challenge.json'))).trim()
    expect((await registry.confirmKey('shop', { kid, proof, by })).state).toBe('active')
  })

  it('send a token', async () => {
    await here.replaceProgram('curl', 'printf %s "$2"')
    const header = await here.shell(page.with('curl -H'))
    const [, token = ''] = /^Authorization: Bearer (\S+)$/.exec(header) ?? []
    expect((await verifier.verify(token)).project.id).toBe('shop')
  })

  it('take a token apart, as the page shows it', async () => {
    await here.shell('npx reverse-jwt sign --key project-key.json > token.txt')
    const good = await here.shell(page.with('npx reverse-jwt inspect token.txt'))
    expect(good).toMatch(/^signature {2}good$/m)
    const names = namesIn(good).filter((name) => name !== 'Nothing')
    expect(names).toEqual(namesIn(shown).slice(0, names.length))
    expect(shown).toMatch(
      /^A platform would refuse this token:\n {2}token_expired: The token expired \d+ s ago/m,
    )
  })

  it('all have an exit code', async () => {
    const { code } = await run('sh', ['-c', 'npx reverse-jwt inspect none'], here.folder, {
      PATH: `${join(here.folder, 'bin')}:${process.env.PATH ?? ''}`,
    })
    expect(code).toBe(3)
  })
})

it('no command on that page is left out', () => {
  expect(page.notRun()).toEqual([])
})
