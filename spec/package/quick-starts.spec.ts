import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium } from '../browser/chromium.js'
import { freePort } from '../helpers/redis-server.js'
import { codeBlocksOf, codeIn } from './code-blocks.js'
import { output, run } from './command.js'
import { emptyFolder, manifest, tarball } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** Everything that README shows to be typed, in its order. */
const [platform, shop, page, ...others] = codeIn('README.md', 'js')
const shell = codeIn('README.md', 'sh')
const [html = ''] = codeIn('README.md', 'html')
const [answer = ''] = codeIn('README.md', 'json')
const [passport] = codeIn('docs/passport.md', 'js')
const [installsPassport = '', asksPassport = ''] = codeIn('docs/passport.md', 'sh')
const [manage] = codeIn('docs/registry.md', 'js')

/** README's ports may be taken on this machine. */
const port = await freePort()
const shopPort = await freePort()
const here = `http://localhost:${port}`
const shopHere = `http://localhost:${shopPort}`
const onFreePort = (text = '') => {
  expect(text).toMatch(/\b4[12]00\b/)
  return text.replaceAll(/\b4100\b/g, String(port)).replaceAll(/\b4200\b/g, String(shopPort))
}

let folder: string
const servers: ChildProcess[] = []

/** Starts what README starts with a `&`, and waits until it answers. */
async function start(file: string, publicJwk: string, address = here): Promise<void> {
  servers.push(await startServer(file, folder, { SHOP_PUBLIC_JWK: publicJwk }, address))
}

async function stop(): Promise<void> {
  for (const server of servers.splice(0)) await stopServer(server)
}

beforeAll(async () => {
  folder = await emptyFolder()
  const files = {
    'platform.js': onFreePort(platform),
    'passport.js': onFreePort(passport),
    'shop.js': onFreePort(shop),
  }
  for (const [name, code = ''] of Object.entries(files)) await writeFile(join(folder, name), code)
}, 180_000)
afterAll(async () => {
  await stop()
  await rm(folder, { recursive: true })
})

/** The one line of README's shell blocks in which this stands. */
function lineWith(text: string): string {
  const [line = '', ...more] = shell
    .flatMap((block) => block.split('\n'))
    .filter((one) => one.startsWith(text))
  expect([line.includes(text), more]).toEqual([true, []])
  return line
}
const keygen = lineWith('export SHOP_PUBLIC_JWK')

async function install(line: string | undefined): Promise<void> {
  expect(line).toMatch(/^npm install reverse-jwt( |$)/)
  const [npm = '', ...args] = (line ?? '').replace('reverse-jwt', await tarball()).split(' ')
  await output(npm, [...args, '--prefer-offline', '--no-audit', '--no-fund'], folder)
}

describe('the quick starts of README, typed into an empty folder', () => {
  let publicJwk: string

  it('are all here', () => {
    expect(others).toEqual([])
    const all = [platform, shop, page, manage, passport]
    expect(all.map((code) => code?.length ?? 0)).not.toContain(0)
  })

  it('have fifteen lines each at most', () => {
    const lines = codeBlocksOf('README.md')
      .filter(({ language }) => language !== 'text')
      .map(({ code }) => code.trimEnd())
    for (const block of lines) expect([block, block.split('\n').length <= 15]).toEqual([block, true])
  })

  it('install what they need, and make a pair of keys', async () => {
    const [made, installed] = shell.find((block) => block.startsWith('echo'))?.split('\n') ?? []
    await output('sh', ['-c', made ?? ''], folder)
    await install(installed)
    publicJwk = await output('sh', ['-c', `${keygen}; printenv SHOP_PUBLIC_JWK`], folder)
    expect(JSON.parse(publicJwk)).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' })
  }, 180_000)

  it('destroy no key when they are typed a second time', async () => {
    const keyFile = () => readFile(join(folder, 'project-key.json'))
    const before = await keyFile()
    const { stderr } = await run('sh', ['-c', keygen], folder)
    expect(stderr).toContain('a key is never written over')
    expect(await keyFile()).toEqual(before)
  })

  it('give the answer that README shows, and token_replayed to the same token again', async () => {
    const together = onFreePort(shell.find((line) => line.includes('curl')))
    const [, starts, token, call, again] = together.split('\n')
    expect([starts, again]).toEqual(['node platform.js & sleep 2', call])
    await start('platform.js', publicJwk)
    const answers = await output('sh', ['-c', [token, call, again].join('\n')], folder)
    const [first = '', second = ''] = answers.split('\n')
    expect(JSON.parse(first)).toEqual(JSON.parse(answer))
    expect(JSON.parse(second)).toMatchObject({ status: 401, code: 'token_replayed' })
  }, 180_000)

  it('let the page call the platform with tokens that its backend signs, in a browser', async () => {
    await mkdir(join(folder, 'public'))
    await writeFile(join(folder, 'public/page.js'), onFreePort(page))
    await writeFile(join(folder, 'public/index.html'), html)
    await start('shop.js', publicJwk, shopHere)
    const [starts, asks = ''] = shell.find((block) => block.startsWith('node shop.js'))?.split('\n') ?? []
    expect(starts).toBe('node shop.js & sleep 2')
    expect(JSON.parse(await output('sh', ['-c', onFreePort(asks)], folder))).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    const browser = await launchChromium()
    try {
      const open = await browser.newPage()
      const asked: string[] = []
      open.on('request', (request) => asked.push(`${request.method()} ${request.url()}`))
      const complaints: string[] = []
      open.on('console', (message) => complaints.push(`${message.text()} ${message.location().url}`))
      await open.goto(shopHere)
      for (let times = 1; times <= 2; times++) {
        await open.getByRole('button').click()
        await open.waitForFunction("document.getElementById('answer').textContent !== ''")
        expect(JSON.parse((await open.textContent('#answer')) ?? '')).toEqual({ project: 'shop' })
        await open.evaluate("document.getElementById('answer').textContent = ''")
      }
      expect(asked.filter((request) => /\/token$|\/embed\//.test(request))).toEqual([
        `POST ${shopHere}/token`,
        `GET ${here}/embed/portal`,
        `POST ${shopHere}/token`,
        `GET ${here}/embed/portal`,
      ])
      expect(complaints.filter((text) => !text.endsWith('/favicon.ico'))).toEqual([])
    } finally {
      await browser.close()
    }
  })

  it('find nothing wrong when the doctor is asked', async () => {
    const doctor = onFreePort(lineWith('npx reverse-jwt doctor'))
    const { code, stdout } = await run('sh', ['-c', doctor], folder)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok +key .*\n(?:.*\n)*0 FAIL, 0 warn/m)])
    const inspected = await run('sh', ['-c', lineWith('npx reverse-jwt sign')], folder)
    expect([inspected.code, inspected.stdout]).toEqual([0, expect.stringContaining('Nothing is wrong')])
  }, 60_000)

  it('manage a project and its keys in a database of their own', async () => {
    const pglite = `@electric-sql/pglite@${manifest.devDependencies['@electric-sql/pglite'] ?? ''}`
    await output('npm', ['install', pglite, '--prefer-offline', '--no-audit', '--no-fund'], folder)
    await writeFile(join(folder, 'manage.js'), manage ?? '')
    const states = async () =>
      (await output(process.execPath, ['manage.js'], folder))
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[1])
    expect((await states()).sort()).toEqual(['active', 'retiring', 'revoked'])
    // The folder is there already, with a project in it.
    expect(await states()).toHaveLength(3)
  }, 180_000)

  it('accept a token once with Passport', async () => {
    await stop()
    expect(installsPassport.split('\n')[1]).toBe('npm install reverse-jwt express passport')
    await output('npm', ['install', 'passport', '--prefer-offline', '--no-audit', '--no-fund'], folder)
    await start('passport.js', publicJwk)
    const [makesKey, starts, ...asks] = onFreePort(asksPassport).split('\n')
    expect([makesKey, starts]).toEqual([keygen, 'node passport.js & sleep 2'])
    const [first = '', second = ''] = (await output('sh', ['-c', asks.join('\n')], folder)).split('\n')
    expect(JSON.parse(first)).toEqual({ project: 'shop' })
    expect(JSON.parse(second)).toMatchObject({ status: 401, code: 'token_replayed' })
  }, 180_000)
})
