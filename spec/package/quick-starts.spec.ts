import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium } from '../browser/chromium.js'
import { freePort, RedisServer } from '../helpers/redis-server.js'
import { codeBlocksOf } from './code-blocks.js'
import { output, run } from './command.js'
import { emptyFolder, manifest, tarball } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

/** Everything that README shows to be typed, in its order. */
const blocks = codeBlocksOf('README.md')
const [customer, platform, shop, page, processes, manage, passport, ...others] = blocks
  .filter(({ language, isMarkedAsNotRun }) => language === 'js' && !isMarkedAsNotRun)
  .map(({ code }) => code)
const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code.trimEnd())
const [html = ''] = blocks.filter(({ language }) => language === 'html').map(({ code }) => code)
const [answer = ''] = blocks.filter(({ language }) => language === 'json').map(({ code }) => code)

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

const present = (token: string, path: string) =>
  fetch(`${here}${path}`, { headers: { Authorization: `Bearer ${token}` } })

beforeAll(async () => {
  folder = await emptyFolder()
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const files = {
    'platform.js': onFreePort(platform),
    'customer.js': customer,
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
const shellLine = (text: string) => output('sh', ['-c', lineWith(text)], folder)

async function install(line: string | undefined): Promise<void> {
  expect(line).toMatch(/^npm install reverse-jwt( |$)/)
  const [npm = '', ...args] = (line ?? '').replace('reverse-jwt', await tarball()).split(' ')
  await output(npm, [...args, '--prefer-offline', '--no-audit', '--no-fund'], folder)
}

describe('the quick starts of README, typed into an empty folder', () => {
  let publicJwk: string
  const sign = async () => (await output(process.execPath, ['customer.js'], folder)).trim()

  it('are all here', () => {
    expect(others).toEqual([])
    const all = [customer, platform, shop, page, processes, manage, passport]
    expect(all.map((code) => code?.length ?? 0)).not.toContain(0)
  })

  it('make a key and sign a token at the customer, where neither Express nor Passport is installed', async () => {
    await install(shell.find((line) => line === 'npm install reverse-jwt'))
    publicJwk = await shellLine('npx reverse-jwt keygen')
    expect(JSON.parse(publicJwk)).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' })
    expect(await sign()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(
      (await output('npm', ['ls', '--all', '--parseable'], folder)).match(/express|passport$/gm),
    ).toBeNull()
  }, 180_000)

  it('destroy no key when they are typed a second time', async () => {
    const keyFile = () => readFile(join(folder, 'project-key.json'))
    const before = await keyFile()
    const { code, stderr } = await run('sh', ['-c', lineWith('npx reverse-jwt keygen')], folder)
    expect([code, stderr]).toEqual([3, expect.stringContaining('a key is never written over')])
    expect(await keyFile()).toEqual(before)
  })

  it('give the answer that README shows, and token_replayed to the same token again', async () => {
    await install(shell.find((line) => line === 'npm install reverse-jwt express'))
    const together = shell.find((line) => line.includes('curl'))?.split('\n')
    expect(together).toEqual([
      'export SHOP_PUBLIC_JWK="$(npx reverse-jwt keygen --key project-key.json)"',
      'node platform.js & sleep 1',
      'curl -s -H "Authorization: Bearer $(node customer.js)" http://localhost:4100/embed/portal',
    ])
    const [exported = ''] = together ?? []
    expect(await output('sh', ['-c', `${exported}; printenv SHOP_PUBLIC_JWK`], folder)).toBe(publicJwk)
    await start('platform.js', publicJwk)
    const token = await sign()
    const first = await present(token, '/embed/portal')
    expect(await first.json()).toEqual(JSON.parse(answer))
    const second = await present(token, '/embed/portal')
    expect([second.status, await second.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'token_replayed' }),
    ])
  }, 180_000)

  it('let the page call the platform with tokens that its backend signs, in a browser', async () => {
    await mkdir(join(folder, 'public'))
    await writeFile(join(folder, 'public/page.js'), onFreePort(page))
    await writeFile(join(folder, 'public/index.html'), html)
    await start('shop.js', publicJwk, shopHere)
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

  it('let several processes share what is used through a real Redis', async () => {
    const line = shell.find((one) => one === 'npm install ioredis') ?? ''
    await output('npm', [...line.split(' ').slice(1), '--prefer-offline', '--no-audit', '--no-fund'], folder)
    const redis = await RedisServer.start({ appendonly: 'yes' })
    const use = `{ projectId: 'shop', jti: 'a', expiresAt: Date.now() / 1000 + 100, acceptableFrom: 0, now: Date.now() / 1000 }`
    const script = `${processes ?? ''}\nconsole.log(await replayStore.consume(${use}))\nprocess.exit()`
    await writeFile(join(folder, 'processes.js'), script)
    const runAt = (url: string) => run(process.execPath, ['processes.js'], folder, { REDIS_URL: url })
    try {
      expect(await runAt(redis.url)).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
      expect(await runAt(redis.url)).toMatchObject({ code: 0, stdout: 'false\n', stderr: '' })
    } finally {
      await redis.remove()
    }
    const nobody = await runAt(redis.url)
    expect(nobody.code).toBe(1)
    expect(nobody.stderr).toContain('RedisReplayStore is not ready: Redis cannot be asked')
  }, 180_000)

  it('manage a project and its keys in a database of their own', async () => {
    expect(shell).toContain('npm install @electric-sql/pglite')
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
    // README takes it for granted that an app with Passport has it.
    await output('npm', ['install', 'passport', '--prefer-offline', '--no-audit', '--no-fund'], folder)
    await start('passport.js', publicJwk)
    const token = await sign()
    const first = await present(token, '/embed')
    expect([first.status, await first.json()]).toEqual([200, { project: 'shop' }])
    const second = await present(token, '/embed')
    expect([second.status, await second.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'token_replayed' }),
    ])
  }, 180_000)
})
