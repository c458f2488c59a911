import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { refusals, type TokenRefusalCode } from '../../lib/customer/endpoint/refusals.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import type { Algorithm } from '../../lib/protocol.js'
import { filesBelow, read } from '../docs/markdown.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { freePort } from '../helpers/redis-server.js'
import { until } from '../helpers/until.js'
import { customersEnvironment } from './command.js'
import { languages, type Language } from './customer-languages.js'
import { handOverSheets, hostileNames, sheetCommands, sheetKeys } from './hand-over-sheets.js'
import { recipeFolder, type RecipeFolder } from './recipes.js'

jest.setTimeout(120_000)

const pair = keyPair('ES256')
const ports = new Map<string, number>()
const servers: ChildProcess[] = []
let here: RecipeFolder

/** All at a time: the Go compiler and Java take seconds. */
beforeAll(async () => {
  here = await recipeFolder()
  await here.write('package.json', '{ "type": "module" }')
  await here.write('project-key.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await here.shell(`ln -s "$ROOT/node_modules/express" node_modules/express`, { ROOT: process.cwd() })
  const started = Object.entries(languages).flatMap(([name, language]) => [
    start(name, language, true),
    start(`${name}, as it is shown`, language, false),
  ])
  await Promise.all(started)
}, 120_000)
afterAll(async () => {
  for (const server of servers) {
    const gone = once(server, 'exit')
    server.kill()
    await gone
  }
  await rm(here.folder, { recursive: true })
})

async function start(
  name: string,
  { file, decision, command, beside = {} }: Language,
  isDecided: boolean,
): Promise<void> {
  const snippet = read(`docs/snippets/${file}`)
  const [found, replaced] = decision
  expect([name, snippet.split(found).length]).toEqual([name, 2])
  const port = String(await freePort())
  ports.set(name, Number(port))
  // PHP looks for its key in the folder above.
  const place = `${isDecided ? 'decided' : 'as-shown'}/${name.slice(0, 2)}`
  await here.shell(
    `mkdir -p ${place} && cp project-key.pem package.json ${place} && cp project-key.pem ${place}/..`,
  )
  const files = { [file]: isDecided ? snippet.replace(found, () => replaced) : snippet, ...beside }
  for (const [one, content] of Object.entries(files))
    await here.write(`${place}/${one}`, content.replaceAll('4200', port))
  const env = customersEnvironment({
    PATH: `${here.folder}/bin:${process.env.PATH ?? ''}`,
    GOCACHE: `${here.folder}/go`,
    GOTOOLCHAIN: 'local',
  })
  const server = spawn('sh', ['-euc', command.replace('4200', port)], {
    cwd: `${here.folder}/${place}`,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  servers.push(server)
  let stderr = ''
  server.stderr.on('data', (data) => (stderr += String(data)))
  await until(
    `the endpoint in ${name} answers`,
    async () => {
      if (server.exitCode !== null) throw new Error(`${name} ended: ${stderr}`)
      return ask(name, { method: 'GET' }).then(
        () => true,
        () => false,
      )
    },
    100_000,
  )
}

interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
}

const page = 'https://shop.example'
const honest = {
  host: 'shop.example',
  origin: page,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
  cookie: 'session=1',
}

function ask(name: string, { method = 'POST', headers = {}, body = '{}' }: Question = {}) {
  const sent = Object.entries<string | undefined>({ ...honest, ...headers }).filter(
    ([, value]) => value !== undefined,
  )
  const options = {
    host: 'localhost',
    port: ports.get(name),
    path: '/token',
    method,
    headers: Object.fromEntries(sent),
    agent: false,
  }
  return new Promise<{
    status?: number | undefined
    headers: NodeJS.Dict<string | string[]>
    body: Record<string, unknown>
  }>((resolve, reject) => {
    request(options, (answer) => {
      text(answer)
        .then((json) => {
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            body: (json.startsWith('{') ? JSON.parse(json) : {}) as Record<string, unknown>,
          })
        })
        .catch(reject)
    })
      .on('error', reject)
      .end(method === 'GET' ? undefined : body)
  })
}

const verifier = createVerifier({
  audience,
  typ: 'project-auth+jwt',
  keyStore: new MemoryKeyStore([
    { id: 'shop', scopes: ['portal:read', 'portal:write'], keys: [{ jwk: pair.publicJwk, kid: 'key-1' }] },
  ]),
  replayStore: new MemoryReplayStore(),
})

const refused: readonly [string, Question, number, string][] = [
  ['a GET', { method: 'GET' }, 405, 'method_not_allowed'],
  [
    'another site',
    { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
    403,
    'foreign_origin',
  ],
  ['a sibling subdomain', { headers: { 'sec-fetch-site': 'same-site' } }, 403, 'foreign_origin'],
  [
    'another site in an older browser',
    { headers: { origin: 'https://evil.example', 'sec-fetch-site': undefined } },
    403,
    'foreign_origin',
  ],
  [
    'a name that ends like ours',
    { headers: { origin: 'https://evil-shop.example', 'sec-fetch-site': undefined } },
    403,
    'foreign_origin',
  ],
  [
    'a sandboxed frame in an older browser',
    { headers: { origin: 'null', 'sec-fetch-site': undefined } },
    403,
    'foreign_origin',
  ],
  ['an odd Origin', { headers: { origin: 'https://[', 'sec-fetch-site': undefined } }, 403, 'foreign_origin'],
  ['silence', { headers: { origin: undefined, 'sec-fetch-site': undefined } }, 403, 'foreign_origin'],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
    415,
    'content_type_unsupported',
  ],
  ['text', { headers: { 'content-type': 'text/plain' } }, 415, 'content_type_unsupported'],
  ['a visitor who is not logged in', { headers: { cookie: undefined } }, 401, 'no_session'],
]

describe.each(Object.keys(languages))('the token endpoint of docs/customers.md in %s', (name) => {
  it('is shown as docs/snippets has it', () => {
    const { file } = languages[name] as Language
    expect(read('docs/customers.md')).toContain(`\n${read(`docs/snippets/${file}`).trimEnd()}\n\`\`\``)
  })

  it.each<[string, Question]>([
    ['the honest page', {}],
    ['the honest page in an older browser', { headers: { 'sec-fetch-site': undefined } }],
    ['JSON that names UTF-8', { headers: { 'content-type': 'application/json; charset=utf-8' } }],
  ])('gives %s a token that the platform accepts from there alone', async (_, question) => {
    const { status, headers, body } = await ask(name, question)
    expect([status, Object.keys(body)]).toEqual([200, ['token']])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-type']).toMatch(/^application\/json/)
    const token = body.token as string
    await expect(verifier.verify(token, { origin: 'https://evil.example' })).rejects.toMatchObject({
      code: 'origin_not_allowed',
    })
    const { project, projectToken } = await verifier.verify(token, { origin: page })
    expect([project.id, projectToken.scopes, projectToken.claims.origin]).toEqual([
      'shop',
      ['portal:read'],
      page,
    ])
  })

  it('signs no origin for a page that has none', async () => {
    const { body } = await ask(name, { headers: { origin: 'null' } })
    expect((await verifier.verify(body.token as string, {})).projectToken.claims).not.toHaveProperty('origin')
  })

  it.each(refused)('refuses %s', async (_, question, status, code) => {
    const answer = await ask(name, question)
    expect([answer.status, answer.body.code, answer.body.retry]).toEqual([status, code, 'no'])
    const [, title] = refusals[code as TokenRefusalCode]
    expect(answer.body).toMatchObject({
      type: `https://unpkg.com/reverse-jwt/docs/errors/${code}.md`,
      title,
      status,
    })
    expect(answer.body).not.toHaveProperty('token')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(Object.keys(answer.headers).filter((header) => header.startsWith('access-control'))).toEqual([])
  })

  it('gives nobody a token as long as nobody has decided', async () => {
    const { status, body } = await ask(`${name}, as it is shown`)
    expect([status, body.code]).toEqual([401, 'no_session'])
  })
})

it('docs/snippets has nothing that is not shown and run', () => {
  const files = [...Object.values(languages).map(({ file }) => file), 'page.js']
  expect(filesBelow('docs/snippets').sort()).toEqual(files.map((file) => `docs/snippets/${file}`).sort())
  expect(read('docs/customers.md')).toContain(read('docs/snippets/page.js').trimEnd())
})

const sheets = await handOverSheets()

/** Here, where Go has compiled what they need. */
describe('the hand-over sheet of the console', () => {
  it.each(sheets.flatMap(({ name }) => Object.keys(sheetKeys).map((alg) => [name, alg] as const)))(
    'in %s signs for %s, whatever the project, the key and the issuer are called',
    async (name, alg) => {
      const sheet = sheets.find((one) => one.name === name)
      const pair = sheetKeys[alg]
      if (sheet === undefined || pair === undefined) throw new Error(name)
      if (sheet.cannot?.(alg) !== undefined) {
        expect([name, alg]).toEqual(['PHP', 'PS256'])
        return
      }
      const { projectId, kid, issuer } = hostileNames
      // The one algorithm that is tried with harmless names, and without what may be left out.
      const values =
        alg === 'RS256'
          ? { projectId: 'shop', kid: 'key-1', issuer: 'shop', scope: '' }
          : { projectId, kid, issuer, scope: 'portal:read a' }
      const text = sheet.textFor({ ...values, audience, alg })
      expect(text).toMatch(/^[\n\x20-\x7e\t]+$/)
      expect(text).not.toContain('PRIVATE KEY-----\n')
      await here.write('sheet-key.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
      await here.write(sheet.file, text)
      const printed = await here.shell(sheetCommands[name] ?? '', {
        PROJECT_KEY_FILE: `${here.folder}/sheet-key.pem`,
        GOCACHE: `${here.folder}/go`,
        GOTOOLCHAIN: 'local',
      })
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
      const project = {
        id: values.projectId,
        issuer: values.issuer,
        scopes: ['portal:read', 'a'],
        keys: [{ pem, kid: values.kid, alg: alg as Algorithm }],
      }
      const { projectToken } = await createVerifier({
        audience,
        typ: 'project-auth+jwt',
        algorithms: [alg as Algorithm],
        keyStore: new MemoryKeyStore([project]),
        replayStore: new MemoryReplayStore(),
      }).verify(printed.trim())
      expect([projectToken.kid, projectToken.scopes]).toEqual([values.kid, ['portal:read', 'a']])
      const { exp, iat } = projectToken.claims
      expect(exp - (iat ?? 0)).toBe(120)
    },
  )
})
