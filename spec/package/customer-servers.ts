import { expect } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { read } from '../docs/markdown.js'
import { freePort } from '../helpers/redis-server.js'
import { until } from '../helpers/until.js'
import { customersEnvironment } from './command.js'
import { languages, type Language } from './customer-languages.js'
import type { RecipeFolder } from './recipes.js'

const ports = new Map<string, number>()
const servers: ChildProcess[] = []

/** Starts each token endpoint twice: decided by a cookie, and as it is shown. All at a time: the Go compiler and Java take seconds. */
export async function startServers(here: RecipeFolder): Promise<void> {
  const started = Object.entries(languages).flatMap(([name, language]) => [
    start(here, name, language, true),
    start(here, `${name}, as it is shown`, language, false),
  ])
  await Promise.all(started)
}

export async function stopServers(): Promise<void> {
  for (const server of servers) {
    const gone = once(server, 'exit')
    server.kill()
    await gone
  }
}

async function start(
  here: RecipeFolder,
  name: string,
  { file, folder = '', decision, command, beside = {} }: Language,
  isDecided: boolean,
): Promise<void> {
  const snippet = read(`docs/snippets/${file}`)
  const [found, replaced] = decision
  expect([name, snippet.split(found).length]).toEqual([name, 2])
  const port = String(await freePort())
  ports.set(name, Number(port))
  const place = `${isDecided ? 'decided' : 'as-shown'}/${name.slice(0, 2)}`
  await here.shell(`mkdir -p ${place}/public/scripts && cp project-key.pem package.json ${place}`)
  const files = {
    'public/index.html': pageOf(name),
    'public/scripts/page.js': scriptOf(name),
    [`${folder}${file}`]: isDecided ? snippet.replace(found, () => replaced) : snippet,
    ...beside,
  }
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

export const pageOf = (name: string) => `<!doctype html><title>${name}</title>\n`
export const scriptOf = (name: string) => `export const name = '${name}'\n`

export interface Question {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
}

export const page = 'https://shop.example'
const honest = {
  host: 'shop.example',
  origin: page,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
  cookie: 'session=1',
}

export function ask(
  name: string,
  { path = '/token', method = 'POST', headers = {}, body = '{}' }: Question = {},
) {
  const sent = Object.entries<string | undefined>({ ...honest, ...headers }).filter(
    ([, value]) => value !== undefined,
  )
  const options = {
    host: 'localhost',
    port: ports.get(name),
    path,
    method,
    headers: Object.fromEntries(sent),
    agent: false,
  }
  return new Promise<{
    status?: number | undefined
    headers: NodeJS.Dict<string | string[]>
    body: Record<string, unknown>
    text: string
  }>((resolve, reject) => {
    request(options, (answer) => {
      text(answer)
        .then((json) => {
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            text: json,
            body: (json.startsWith('{') ? JSON.parse(json) : {}) as Record<string, unknown>,
          })
        })
        .catch(reject)
    })
      .on('error', reject)
      .end(method === 'GET' ? undefined : body)
  })
}
