import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { rm } from 'node:fs/promises'
import { refusals, type TokenRefusalCode } from '../../lib/customer/endpoint/refusals.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore } from '../../lib/index.js'
import type { Algorithm } from '../../lib/protocol.js'
import { filesBelow, read } from '../docs/markdown.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { run } from './command.js'
import { languages, type Language } from './customer-languages.js'
import { ask, page, pageOf, scriptOf, startServers, stopServers, type Question } from './customer-servers.js'
import { handOverSheets, hostileNames, sheetCommands, sheetKeys } from './hand-over-sheets.js'
import { recipeFolder, type RecipeFolder } from './recipes.js'

jest.setTimeout(120_000)

const pair = keyPair('ES256')
let here: RecipeFolder

beforeAll(async () => {
  here = await recipeFolder()
  await here.write('package.json', '{ "type": "module" }')
  await here.write('project-key.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await here.shell(`ln -s "$ROOT/node_modules/express" node_modules/express`, { ROOT: process.cwd() })
  await startServers(here)
}, 120_000)
afterAll(async () => {
  await stopServers()
  await rm(here.folder, { recursive: true })
})

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

describe.each(Object.entries(languages).filter(([, { servesPage }]) => servesPage))(
  'the page beside the token endpoint in %s',
  (name) => {
    it.each([
      ['/', pageOf(name), /^text\/html/],
      ['/scripts/page.js', scriptOf(name), /javascript/],
    ])('is served at %s', async (path, expected, mediaType) => {
      const { status, text, headers } = await ask(name, { path, method: 'GET' })
      expect([status, text]).toEqual([200, expected])
      expect(headers['content-type']).toMatch(mediaType)
    })

    it('comes without the key, whatever the path is', async () => {
      const ways = ['/', '/../', '/..%2f', '/%2e%2e/', '/scripts/../../', '//', `/${here.folder}/`]
      for (const way of ways) {
        const { status, text } = await ask(name, { path: `${way}project-key.pem`, method: 'GET' })
        expect([way, status, text]).toEqual([way, expect.any(Number), expect.not.stringContaining('KEY')])
      }
    })
  },
)

it('the endpoint in PHP says that its key file is not there', async () => {
  const { file, decision } = languages.PHP as Language
  await here.shell('mkdir -p without-key/public')
  const script = await here.write(
    'without-key/public/token-endpoint.php',
    read(`docs/snippets/${file}`).replace(...decision),
  )
  const { code, stdout, stderr } = await run('php', [script], here.folder, {
    REQUEST_METHOD: 'POST',
    HTTP_SEC_FETCH_SITE: 'same-origin',
    CONTENT_TYPE: 'application/json',
    HTTP_COOKIE: 'session=1',
  })
  expect([code, stdout + stderr]).toEqual([
    255,
    expect.stringMatching(/cannot read KEY_FILE: .*project-key\.pem/),
  ])
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
