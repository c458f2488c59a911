import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pkcs11Token } from './pkcs11-token.js'
import { recipeFolder, Recipes, type RecipeFolder } from './recipes.js'
import { expectToken, RemoteKeyProgram } from './remote-key-program.js'

const page = new Recipes('docs/kms.md', ['sh', 'ts'])

let here: RecipeFolder
beforeAll(async () => {
  here = await recipeFolder()
})
afterAll(() => rm(here.folder, { recursive: true }))

const read = (name: string) => readFile(join(here.folder, name), 'utf8')

describe('the signer with PKCS#11', () => {
  const ids = { ES256: '01', RS256: '02', PS256: '02' }
  const publicHalves = new Map<string, KeyObject>()
  let variables: NodeJS.ProcessEnv
  beforeAll(async () => {
    const recorded = `printf '%s\\n' "$@" >> arguments; exec /usr/bin/pkcs11-tool "$@"`
    await here.replaceProgram('pkcs11-tool', recorded)
    variables = await pkcs11Token(here.folder)
    for (const [id, type] of [
      ['01', 'EC:prime256v1'],
      ['02', 'rsa:2048'],
    ] as const) {
      const commands = page
        .with('--keypairgen')
        .replaceAll('--id 01', `--id ${id}`)
        .replace('EC:prime256v1', type)
      await here.shell(commands, variables)
      publicHalves.set(id, createPublicKey(await read('kms.pub.pem')))
    }
  })

  const program = () => new RemoteKeyProgram(page, here, "'pkcs11-tool'")
  const run = (more: Partial<Parameters<RemoteKeyProgram['run']>[0]> = {}) =>
    program().run({ alg: 'ES256', key: '01', ...more, variables: { ...variables, ...more.variables } })

  it.each(['ES256', 'RS256', 'PS256'] as const)(
    'signs tokens for %s that the platform accepts, short ones and long ones',
    async (alg) => {
      const key = ids[alg]
      const claims = [{}, { text: 'x'.repeat(600) }, { text: 'x'.repeat(2_000) }]
      const tokens = (await run({ alg, key, claims })).split('\n')
      expect(tokens).toHaveLength(claims.length)
      for (const token of tokens) await expectToken(token, alg, publicHalves.get(key) as KeyObject)
    },
  )

  const wrongPin = '17293855'
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'a wrong PIN',
      { PKCS11_PIN: wrongPin },
      /^pkcs11-tool failed: error: .* rv = CKR_PIN_INCORRECT \(0xa0\)\n/,
    ],
    ['no PIN', { PKCS11_PIN: '' }, /^PKCS11_PIN is not set\n/],
    [
      'the name of no token',
      { PKCS11_TOKEN: 'other' },
      /^pkcs11-tool failed: No slot with token named "other" found\n/,
    ],
    [
      'no token at all',
      { SOFTHSM2_CONF: '/nowhere/softhsm2.conf' },
      /^pkcs11-tool failed: .*C_Initialize failed/,
    ],
    [
      'a module that is not there',
      { PKCS11_MODULE: '/nowhere.so' },
      /^pkcs11-tool failed: .*Failed to load pkcs11 module\n/,
    ],
    ['the id of no key', { KMS_KEY: '09' }, /^pkcs11-tool failed: error: object not found\n/],
  ])('given %s says so in a sentence, without a PIN', async (_, given, sentence) => {
    const said = await run({ variables: given })
    expect(said).toMatch(sentence)
    for (const pin of [wrongPin, String(variables.PKCS11_PIN)]) expect(said).not.toContain(pin)
  })

  it('says so when pkcs11-tool is not installed, and when it does not answer', async () => {
    const gone = await run({ change: (code) => code.replace("'pkcs11-tool'", "'no-such-tool'") })
    expect(gone).toMatch(/^pkcs11-tool failed: ENOENT\n/)
    await here.replaceProgram('silent-tool', 'exec sleep 600')
    const change = (code: string) => code.replace("'pkcs11-tool'", "'silent-tool'").replace('5_000', '200')
    expect(await run({ change })).toMatch(/^pkcs11-tool failed: it took 5 seconds\n/)
  })

  it('logs in with a wrong PIN once, so that the device does not lock itself', async () => {
    await here.write('arguments', '')
    await run()
    const again = `import { remoteKey } from './remote-key.js'
const key = await remoteKey('ES256', '01')
for (let count = 0; count < 3; count++) await key.sign(new Uint8Array(1)).catch((error) => console.log(error.message))`
    await here.write('again.js', again)
    await here.write('arguments', '')
    const said = await here.shell('node again.js', { ...variables, PKCS11_PIN: wrongPin })
    expect(said.match(/CKR_PIN_INCORRECT/g)).toHaveLength(3)
    expect((await read('arguments')).match(/^--login$/gm)).toHaveLength(1)
  })

  it('has the PIN in no argument of any process', async () => {
    await here.write('arguments', '')
    await run()
    const given = await read('arguments')
    expect(given).toContain('\nenv:PKCS11_PIN\n')
    expect(given).not.toContain(String(variables.PKCS11_PIN))
    for (const text of ['--keypairgen', "'pkcs11-tool'"]) expect(page.with(text)).toContain('env:PKCS11_PIN')
  })
})
