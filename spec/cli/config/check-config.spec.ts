import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { checkConfig, type ConfigLimits } from '../../../lib/cli/config/check-config.js'
import { CommandFailure } from '../../../lib/cli/exit-code.js'
import '../../helpers/longer-time-limit.js'
import { moduleFile } from './modules.js'

const secret = 'redis://:opensesame-17@redis.internal:6379'
const memory =
  "import { MemoryReplayStore } from 'reverse-jwt'\nexport const replayStore = new MemoryReplayStore()\n"
const checked = { check: 'replay-store', result: 'warn' }

/** The sentence with which a module is refused, and its exit code. */
async function refusalOf(path: string, limits?: Partial<ConfigLimits>): Promise<string> {
  const thrown: unknown = await checkConfig(path, limits).then(
    (findings) => new Error(`checked: ${JSON.stringify(findings)}`),
    (reason: unknown) => reason,
  )
  expect(thrown).toBeInstanceOf(CommandFailure)
  expect(thrown).toMatchObject({ exitCode: 3 })
  const { message } = thrown as Error
  expect(message).not.toMatch(/opensesame|platform\.mjs|\n/)
  return message
}
const refusalOfCode = async (code: string | Buffer, name?: string) => refusalOf(await moduleFile(code, name))

const found = async (code: string, name?: string) => checkConfig(await moduleFile(code, name))

describe('what is no module is refused', () => {
  it('that is not there', async () => {
    const path = join(await moduleFile(''), '..', 'other.mjs')
    expect(await refusalOf(path)).toMatchInlineSnapshot(
      `"--config cannot be read: there is no such file. Give the path of a module"`,
    )
    expect(await refusalOf(`${path}\0`)).toMatchInlineSnapshot(
      `"--config cannot be read: this is no path. Give the path of a module"`,
    )
    expect(await refusalOf('x'.repeat(5_000))).toMatchInlineSnapshot(
      `"--config cannot be read: this is no path. Give the path of a module"`,
    )
    expect(await refusalOf(secret)).toMatch(/there is no such file/)
    expect(await refusalOf('/dev/null')).toMatchInlineSnapshot(
      `"--config cannot be read: this is no file. Give the path of a module"`,
    )
  })

  it('that is a folder', async () => {
    const path = join(await moduleFile(''), '..', 'folder.mjs')
    await mkdir(path)
    expect(await refusalOf(path)).toMatchInlineSnapshot(
      `"--config cannot be read: this is a folder. Give the path of a module"`,
    )
  })

  it('that is no JavaScript', async () => {
    expect(await refusalOfCode(readFileSync(process.execPath).subarray(0, 100_000))).toMatchInlineSnapshot(
      `"the module of --config cannot be loaded: it is no JavaScript, or imports a name that is not exported. Run it by node, which says where"`,
    )
    expect(await refusalOfCode(`REDIS_URL=${secret}`)).toMatch(/it is no JavaScript/)
    expect(await refusalOfCode(`opensesame-17 opensesame-17`)).toMatch(/it is no JavaScript/)
    expect(await refusalOfCode("import { verifier } from 'reverse-jwt'")).toMatch(
      /a name that is not exported/,
    )
  })

  it('that is a module of another kind', async () => {
    expect(await refusalOfCode('', 'platform.txt')).toMatchInlineSnapshot(
      `"the module of --config cannot be loaded: this Node loads no file of this kind. Give a .mjs, .js or .cjs file; TypeScript is compiled first, unless this Node reads it"`,
    )
    expect(await refusalOfCode('{}', 'platform.json')).toMatchInlineSnapshot(
      `"the module of --config cannot be loaded: it is no module. Give a .mjs, .js or .cjs file; TypeScript is compiled first, unless this Node reads it"`,
    )
  })

  it('that is TypeScript, where this Node does not read it', async () => {
    const code =
      "import { MemoryReplayStore, type ReplayStore } from 'reverse-jwt'\nexport const replayStore: ReplayStore = new MemoryReplayStore()"
    const path = await moduleFile(code, 'platform.mts')
    if (Reflect.get(process.features, 'typescript')) {
      expect(await checkConfig(path)).toContainEqual(expect.objectContaining(checked))
    } else {
      expect(await refusalOf(path)).toMatch(
        /^the module of --config cannot be loaded: this Node loads no file of this kind/,
      )
    }
  })

  it('that exports nothing to look at', async () => {
    expect(await refusalOfCode('export const app = () => undefined')).toMatchInlineSnapshot(
      `"the module of --config exports nothing that can be checked. Export replayStore, store, db, issuer, as many of them as the platform has: see docs/doctor-config.md"`,
    )
    expect(await refusalOfCode('export default 1')).toMatch(/exports nothing/)
    expect(await refusalOfCode('export const close = () => undefined')).toMatch(/exports nothing/)
    expect(await refusalOfCode('')).toMatch(/exports nothing/)
    expect(await refusalOfCode('export const closed = () => undefined')).toMatch(/exports nothing/)
  })
})

describe('a module that throws is refused, without its words', () => {
  const hidden = 'an error: its words are not shown, for they may hold a secret'

  it.each([
    [`throw new Error('cannot connect to ${secret}')`, hidden],
    [`await Promise.reject(new TypeError('${secret}'))`, hidden.replace('an error', 'TypeError')],
    [
      `throw Object.assign(new Error('${secret}'), { code: 'ECONNREFUSED' })`,
      'ECONNREFUSED: nothing listens at its address',
    ],
    [
      `throw new Error('failed', { cause: Object.assign(new Error('${secret}'), { code: 'ENOTFOUND' }) })`,
      'ENOTFOUND: its host name is not known',
    ],
    [`throw Object.assign(new Error('${secret}'), { code: 'opensesame-17', name: 'opensesame-17' })`, hidden],
    [`throw '${secret}'`, hidden],
    ['throw undefined', hidden],
    [`throw { get message() { throw new Error('${secret}') } }`, hidden],
    [`new URL('${secret}'.slice(9))`, 'ERR_INVALID_URL: its address is no URL'],
    [
      "import { createVerifier } from 'reverse-jwt'\ncreateVerifier({ audience: process.env.NO_SUCH_VARIABLE })",
      'createVerifier: audience is undefined; is the variable set that should hold it?',
    ],
    [
      `import { createVerifier } from 'reverse-jwt'\ncreateVerifier({ audience: '${secret}', algorithms: '${secret}' })`,
      'createVerifier: keyStore must be a key store, such as new MemoryKeyStore([...])',
    ],
  ])('%s', async (code, reason) => {
    expect(await refusalOfCode(code)).toBe(
      `the module of --config threw when it was imported (${reason}). Run it by node, which shows all of it`,
    )
  })

  it('nor the name of a file that it misses, but that of a package', async () => {
    expect(await refusalOfCode("import './opensesame-17.js'")).toMatchInlineSnapshot(
      `"the module of --config cannot be loaded: it imports a file that is not there. Run it by node, which says which"`,
    )
    expect(await refusalOfCode("import 'pq/lib/index.js'")).toMatchInlineSnapshot(
      `"the module of --config cannot be loaded: it imports the package pq, which is not installed there. Run npm install in its folder"`,
    )
    expect(await refusalOfCode("require('./opensesame-17.js')", 'platform.cjs')).toMatch(
      /imports a file that is not there/,
    )
    expect(await refusalOfCode("require('pq')", 'platform.cjs')).toMatch(/imports the package pq/)
  })
})

describe('a module that does more than to make its parts is refused', () => {
  it('that ends its process', async () => {
    expect(await refusalOfCode(`${memory}process.exit(0)`)).toMatchInlineSnapshot(
      `"the module of --config ended its process when it was imported. Keep process.exit() in the program that imports it"`,
    )
    expect(await refusalOfCode(`${memory}process.kill(process.pid, 'SIGKILL')`)).toMatch(/ended its process/)
  })

  it('that ends its process while its parts are checked', async () => {
    const code = 'export const issuer = { ready: () => process.exit(0) }'
    expect(await refusalOfCode(code)).toMatchInlineSnapshot(
      `"the module of --config ended its process while its parts were checked. Keep process.exit() in the program that imports it"`,
    )
  })

  it('that opens a port, which then stays free', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const listening = `import express from 'express'\nexpress().listen(${port}, '127.0.0.1')\n`
    expect(await refusalOfCode(`${listening}${memory}`)).toMatchInlineSnapshot(
      `"the module of --config opens a port when it is imported. Keep listen() in the program that imports it"`,
    )
    expect(
      await refusalOfCode(
        `${memory}export const issuer = { async ready() { await import('node:http').then((http) => http.createServer().listen(${port})) } }`,
      ),
    ).toMatch(/opens a port/)
  })

  it('that never ends', async () => {
    const limits = { loadMs: 1_500 }
    const waiting = `${memory}await new Promise(() => undefined)`
    const [ofWaiting, ofBusy] = await Promise.all([
      refusalOf(await moduleFile(waiting), limits),
      refusalOf(await moduleFile(`${memory}for (;;);`), limits),
    ])
    expect(ofWaiting).toMatchInlineSnapshot(
      `"the module of --config was not loaded within 1.5 s. Leave out of it what waits or computes for long"`,
    )
    expect(ofBusy).toBe(ofWaiting)
  })

  it('whose parts never end', async () => {
    const path = await moduleFile('export const issuer = { ready() { for (;;); } }')
    expect(await refusalOf(path, { loadMs: 60_000, checkMs: 500 })).toMatchInlineSnapshot(
      `"the checks of the module of --config took more than 0.5 s"`,
    )
  })
})

describe('a module may', () => {
  it('print what it likes, which is not shown', async () => {
    const code = `${memory}console.log('{"failure":"x"}'); console.error('y')`
    expect(await found(code)).toContainEqual(expect.objectContaining(checked))
  })

  it('leave open what it has opened, be it a process', async () => {
    const path = await moduleFile(`import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
${memory}setInterval(() => undefined, 1_000)
const { pid } = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 600_000)'])
writeFileSync(new URL('pid', import.meta.url), String(pid))`)
    expect(await checkConfig(path)).toContainEqual(expect.objectContaining(checked))
    // It is still there: the command has not waited for it.
    expect(process.kill(Number(readFileSync(join(path, '../pid'), 'utf8')))).toBe(true)
  })

  it('fail to close, or never end to', async () => {
    for (const close of ["() => { throw new Error('x') }", '() => new Promise(() => undefined)'])
      expect(
        await checkConfig(await moduleFile(`${memory}export const close = ${close}`), { closeMs: 50 }),
      ).toContainEqual(expect.objectContaining(checked))
  })

  it('start a server only where it is the program', async () => {
    const code = `import { createServer } from 'node:net'\nimport { fileURLToPath } from 'node:url'\n${memory}if (process.argv[1] === fileURLToPath(import.meta.url)) createServer().listen(0)`
    expect(await found(code)).toContainEqual(expect.objectContaining(checked))
  })

  it('be CommonJS, or have all in its default export', async () => {
    const commonjs =
      "const { MemoryReplayStore } = require('reverse-jwt')\nmodule.exports = { replayStore: new MemoryReplayStore() }"
    expect(await found(commonjs, 'platform.cjs')).toContainEqual(expect.objectContaining(checked))
    const fallback =
      "import { MemoryReplayStore } from 'reverse-jwt'\nexport default { replayStore: new MemoryReplayStore() }"
    expect(await found(fallback)).toContainEqual(expect.objectContaining(checked))
  })

  it('write to the descriptor of the reports', async () => {
    const code = `import { writeSync } from 'node:fs'\n${memory}writeSync(3, 'hello\\nnull\\n5\\n')`
    expect(await found(code)).toContainEqual(expect.objectContaining(checked))
  })
})

it('closes what the module has opened', async () => {
  const path = await moduleFile(
    `import { writeFileSync } from 'node:fs'\n${memory}export const close = async () => writeFileSync(new URL('closed', import.meta.url), 'yes')`,
  )
  await checkConfig(path)
  expect(readFileSync(join(path, '../closed'), 'utf8')).toBe('yes')
})

it('tells of errors that reach nobody, without their words', async () => {
  const code = `import { EventEmitter } from 'node:events'\n${memory}
setImmediate(() => new EventEmitter().emit('error', Object.assign(new Error('${secret}'), { code: 'ECONNREFUSED' })))
setImmediate(() => { void Promise.reject(new Error('${secret}')) })
export const issuer = { ready: () => new Promise((resolve) => setTimeout(resolve, 50)) }`
  const findings = await found(code)
  expect(JSON.stringify(findings)).not.toContain('opensesame')
  expect(findings.filter(({ check }) => check === 'config')).toMatchInlineSnapshot(`
    [
      {
        "check": "config",
        "result": "ok",
        "text": "the module exports replayStore, issuer",
      },
      {
        "check": "config",
        "fix": "Listen to the errors of each client and pool: client.on('error', ...). Await what returns a promise.",
        "result": "FAIL",
        "text": "an error reached nobody, and would end the platform (ECONNREFUSED: nothing listens at its address)",
      },
      {
        "check": "config",
        "fix": "Listen to the errors of each client and pool: client.on('error', ...). Await what returns a promise.",
        "result": "FAIL",
        "text": "an error reached nobody, and would end the platform (an error: its words are not shown, for they may hold a secret)",
      },
    ]
  `)
  const whenClosed = `${memory}export const close = () => { void Promise.reject(new Error('${secret}')); return new Promise((resolve) => setTimeout(resolve, 50)) }`
  expect((await found(whenClosed)).map(({ result }) => result)).not.toContain('FAIL')
  const answered = `process.on('uncaughtException', () => undefined)\n${code}`
  expect(
    (await found(answered)).filter(({ check, result }) => check === 'config' && result === 'FAIL'),
  ).toEqual([])
})
