import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import ts from 'typescript'
import { createSigner, generateProjectKey, type Signer } from '../../lib/customer/index.js'
import { codesOf, read, sectionOf } from '../docs/markdown.js'
import { freePort } from '../helpers/redis-server.js'
import { codeBlocksOf } from './code-blocks.js'
import { frameworkPackages, withoutAlias } from './frameworks.js'
import { installation, projectIn } from './installation.js'
import { startServer, stopServer } from './server-process.js'

jest.setTimeout(60_000)

const [
  shared = '',
  express = '',
  guard = '',
  middleware = '',
  fastify = '',
  koa = '',
  hono = '',
  next = '',
  lambda = '',
  form,
  ...others
] = codeBlocksOf('docs/frameworks.md').map(({ code }) => code)

interface Example {
  readonly code: string
  /** The file that listens, where that is not the example. */
  readonly server?: string
  readonly file: string
  readonly hasCors?: true
  /** The framework shows the first of two Authorization headers alone. */
  readonly hidesSecond?: true
}
const examples: Record<string, Example> = {
  'Express 5': { code: express, file: 'express.js', hasCors: true },
  'Express 4': {
    code: express.replace("'express'", "'express-4'"),
    file: 'express-4.js',
    hasCors: true,
  },
  'NestJS with a guard': { code: guard, file: 'nest-guard.ts', hasCors: true },
  'NestJS with middleware': {
    code: middleware,
    file: 'nest-middleware.ts',
    hasCors: true,
  },
  Fastify: { code: fastify, file: 'fastify.js' },
  Koa: { code: koa, file: 'koa.js' },
  Hono: { code: hono, file: 'hono.ts', hasCors: true },
  'Next.js': { code: next, file: 'next.js', server: 'next-server.js', hidesSecond: true },
  'Lambda, format 1.0': { code: lambda, file: 'lambda.js', server: 'gateway-1.js' },
  'Lambda, format 2.0': { code: lambda, file: 'lambda.js', server: 'gateway-2.js' },
}

const audience = 'https://platform.example'
const home = 'http://localhost:4200'
let folder: string
let publicJwk: string
let signer: Signer
/** Of a project whose keys the store cannot be asked for. */
let unreachable: Signer
/** All at a time, for each takes a second or two to load. */
let started: Map<string, ReturnType<typeof start>>

beforeAll(async () => {
  folder = await projectIn(await installation(...frameworkPackages), 'frameworks')
  const key = await generateProjectKey()
  publicJwk = JSON.stringify(key.publicJwk)
  signer = createSigner({ projectId: 'shop', audience, privateKey: key.privateKey })
  unreachable = createSigner({ projectId: 'unreachable', audience, privateKey: key.privateKey })
  await writeFile(join(folder, 'verifier.js'), shared + outage)
  for (const { code, file, server } of Object.values(examples)) {
    if (server !== undefined) await writeFile(join(folder, file), withoutAlias(code))
  }
  started = new Map(Object.entries(examples).map(([name, example]) => [name, start(example)]))
  await Promise.allSettled(started.values())
}, 180_000)
afterAll(() => rm(folder, { recursive: true }))

/** What the file that the examples share gets besides. */
const outage = `
const find = keyStore.find.bind(keyStore)
keyStore.find = (project, kid) => {
  if (project === 'unreachable') throw new Error('connection refused')
  return find(project, kid)
}
`
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}

interface Started {
  readonly server: ChildProcess
  readonly port: number
}

/** Starts an example on a port that is free. */
async function start({ code, file, server }: Example): Promise<Started> {
  const port = await freePort()
  const main = server ?? file.replace('.ts', '.js')
  const program =
    server === undefined
      ? ts.transpileModule(code, { compilerOptions }).outputText
      : await readFile(join(folder, server), 'utf8')
  expect(program).toContain('4100')
  await writeFile(join(folder, main), program.replaceAll('4100', String(port)))
  const variables = { SHOP_PUBLIC_JWK: publicJwk }
  return { server: await startServer(main, folder, variables, `http://127.0.0.1:${port}`), port }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends header lines as they are: one name may be there twice. */
function ask(port: number, lines: string[][], path = '/embed/portal', method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = [['Host', 'localhost'], ...lines].flat()
    const asked = request({ port, path, method, headers, agent: false }, (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode, headers: answer.headers, body })
      }, reject)
    })
    asked.on('error', reject).end()
  })
}

function expectProblem({ status, headers, body }: Answer, expected: number, code: string): void {
  expect([status, JSON.parse(body)]).toEqual([expected, expect.objectContaining({ code, status: expected })])
  expect(headers['content-type']).toMatch(/^application\/problem\+json(;|$)/)
  expect(headers['cache-control']).toBe('no-store')
}

it('has an example for each', () => {
  expect(Object.values(examples).every(({ code }) => code !== '')).toBe(true)
  expect([form?.includes('formData'), others]).toEqual([true, []])
})

it.each(['Express', 'NestJS', 'Fastify', 'Koa', 'Hono', 'Next.js'])(
  'says what to install for %s, which file it is and how it is started',
  (framework) => {
    const section = sectionOf(read('docs/frameworks.md'), `## ${framework}`)
    const [installs = '', file, starts] = codesOf(section.split('\n')[1] ?? '')
    const wanted = Array.from(
      section.replaceAll(/^import type .*/gm, '').matchAll(/ from '((?:@[\w-]+\/)?[a-z][\w-]*)/g),
      ([, name = '']) => name,
    )
    const installed = installs.split(' ')
    expect(installed.slice(0, 2)).toEqual(['npm', 'install'])
    const others = wanted.filter((name) => name !== 'reverse-jwt' && !installed.includes(name))
    expect([others, starts]).toEqual([
      [],
      expect.stringMatching(/^(npx next dev|(node|npx tsx) app\.[jt]s$)/),
    ])
    expect(file === 'app/embed/portal/route.js' || starts?.endsWith(` ${file ?? ''}`)).toBe(true)
  },
)

describe.each(Object.entries(examples))('%s', (name, example) => {
  let server: ChildProcess
  let port: number
  beforeAll(async () => {
    ;({ server, port } = (await started.get(name)) as Started)
  })
  afterAll(() => stopServer(server))
  const bearer = async (by = signer) => ['Authorization', `Bearer ${await by.sign()}`]

  it('lets a token pass once', async () => {
    const token = await bearer()
    const first = await ask(port, [token, ['Origin', home]])
    expect([first.status, JSON.parse(first.body)]).toEqual([200, { project: 'shop' }])
    expect(first.headers['cache-control']).toBe('no-store')
    const second = await ask(port, [token, ['Origin', home]])
    expectProblem(second, 401, 'token_replayed')
    expect(second.headers['www-authenticate']).toMatch(/^Bearer realm="reverse-jwt", error="invalid_token"/)
  })

  it('refuses a request without a token, with a bare challenge', async () => {
    const answer = await ask(port, [])
    expectProblem(answer, 401, 'credentials_missing')
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="reverse-jwt"')
  })

  it('refuses another origin, and a token in the URL, and burns no token', async () => {
    const token = await bearer()
    expectProblem(await ask(port, [token, ['Origin', 'https://evil.example']]), 403, 'origin_not_allowed')
    const inUrl = await ask(port, [token, ['Origin', home]], '/embed/portal?access_token=a')
    expectProblem(inUrl, 400, 'request_malformed')
    expect((await ask(port, [token])).status).toBe(200)
  })

  it('says 503 when the store cannot be asked', async () => {
    const answer = await ask(port, [await bearer(unreachable)])
    expectProblem(answer, 503, 'store_unavailable')
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.headers['www-authenticate']).toBeUndefined()
  })

  it(`${example.hidesSecond ? 'is shown one of' : 'refuses'} two Authorization headers`, async () => {
    const answer = await ask(port, [await bearer(), ['authorization', 'Basic YTpi']])
    if (example.hidesSecond) expect(answer.status).toBe(200)
    else expectProblem(answer, 400, 'request_malformed')
  })

  it('refuses two Origin headers', async () => {
    const origins = [home, home].map((origin) => ['Origin', origin])
    expectProblem(await ask(port, [await bearer(), ...origins]), 400, 'request_malformed')
  })

  if (example.hasCors) {
    it('lets pages of the project ask, and read why they were refused', async () => {
      const origin = ['Origin', home]
      const asks = ['Access-Control-Request-Method', 'GET']
      const preflight = await ask(port, [origin, asks], '/embed/portal', 'OPTIONS')
      expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, home])
      const refused = await ask(port, [origin])
      expectProblem(refused, 401, 'credentials_missing')
      expect(refused.headers['access-control-allow-origin']).toBe(home)
      const readable = String(refused.headers['access-control-expose-headers']).split(/, ?/)
      expect(readable).toEqual(expect.arrayContaining(['WWW-Authenticate', 'Retry-After']))
    })
  }
})
