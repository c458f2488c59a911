import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { Redis } from 'ioredis'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { createSigner } from '../../lib/customer/index.js'
import { inRepository } from '../docs/markdown.js'
import { until } from '../helpers/until.js'
import { output, run } from '../package/command.js'
import { Stack } from './stack.js'

jest.setTimeout(60_000)

const stack = new Stack()
beforeAll(() => stack.start(), 120_000)
afterAll(() => stack.stop())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const project = () => `${stack.addresses.PLATFORM_URL}/embed/project`

it('does what its own smoke test asks for', async () => {
  const variables = { ...stack.addresses, SECRETS: stack.secrets }
  const smoke = [inRepository('deploy/smoke.sh'), stack.smokeAddress]
  const lines = (await output('sh', smoke, stack.folder, variables)).trim().split('\n')
  expect(lines).toHaveLength(11)
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([])
})

it('takes a token in one process, and never in the other', async () => {
  const token = await stack.token()
  const first = await stack.askDirectly('platform-1', '/embed/project', bearer(token))
  expect([first.status, first.body]).toEqual([200, '{"project":"shop","scopes":["portal:read"]}'])
  const second = await stack.askDirectly('platform-2', '/embed/project', bearer(token))
  expect([second.status, second.body]).toEqual([401, expect.stringContaining('"token_replayed"')])
})

it('counts what happened, by the names of the rules and the dashboard', async () => {
  const count = async (name: string, sample: string) => {
    const { body } = await stack.operations(name, '/metrics')
    const line = body.split('\n').find((one) => one.startsWith(`reverse_jwt_${sample} `))
    return Number(line?.split(' ').at(-1))
  }
  const verifications = (labels: string) => `verifications_total{reverse_jwt_outcome=${labels}}`
  const accepted = verifications('"accepted",reverse_jwt_face="express",reverse_jwt_project_id="shop"')
  const replayed = verifications('"refused",error_type="token_replayed",reverse_jwt_project_id="shop"')
  expect(await count('platform-1', accepted)).toBeGreaterThan(0)
  expect(await count('platform-2', replayed)).toBeGreaterThan(0)
  expect(await count('orders', 'session_verifications_total{reverse_jwt_outcome="accepted"}')).toBe(2)
})

it('publishes the key of the next rotation as soon as its file is there', async () => {
  const { body } = await stack.ask(`${stack.addresses.PLATFORM_URL}/.well-known/jwks.json`)
  const { keys } = JSON.parse(body) as { keys: { alg: string }[] }
  expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256'])
})

it('gives the list of ended sessions to its own service alone', async () => {
  const path = '/internal/revocations'
  expect(await stack.askInternal(path)).toMatchObject({ status: 403 })
  expect(await stack.askInternal(path, bearer('no'))).toMatchObject({ status: 403 })
  const answer = await stack.askInternal(path, bearer(stack.secretIn('service-secret')))
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([200, { revocations: [] }])
  // Nothing else is behind that port.
  expect((await stack.askInternal('/metrics')).body).not.toContain('reverse_jwt')
})

it('serves the page with the client that it imports', async () => {
  const at = (path: string) => stack.ask(`${stack.addresses.CUSTOMER_URL}${path}`)
  expect((await at('/')).body).toContain('<script type="module" src="/page.js">')
  expect((await at('/page.js')).body).toContain("from '/reverse-jwt/index.js'")
  expect((await at('/reverse-jwt/index.js')).body).toContain('createProjectClient')
  const { PLATFORM_URL: platform, ORDERS_URL: orders } = stack.addresses
  const line = `export const { platform, orders } = ${JSON.stringify({ platform, orders })}\n`
  expect((await at('/addresses.js')).body).toBe(line)
})

it('is found fit by doctor, rights and Redis included', async () => {
  const cli = join(stack.app, 'node_modules/reverse-jwt/dist/lib/cli/reverse-jwt.js')
  const command = [cli, 'doctor', '--config', 'platform.js', '--json']
  const { code, stdout } = await run(process.execPath, command, stack.app, stack.environmentOf('platform-1'))
  const report = JSON.parse(stdout) as { checks: { check: string; result: string }[] }
  expect(report.checks.filter(({ result }) => result !== 'ok')).toEqual([])
  const checks = ['config', 'replay-store', 'database', 'grants', 'keys', 'signing-keys', 'clock']
  expect([code, new Set(report.checks.map(({ check }) => check))]).toEqual([0, new Set(checks)])
})

it('lets into its stores nobody without the password, and the platform to what it needs', async () => {
  const connecting = async (password: string) => {
    const { PGHOST: host, PGDATABASE: database, PGUSER: user } = stack.environmentOf('platform-1')
    const client = new pg.Client({ host, port: stack.postgres?.port, database, user, password })
    client.on('error', () => undefined)
    try {
      await client.connect()
    } finally {
      await client.end()
    }
  }
  await connecting(stack.secretIn('verifier-password'))
  await expect(connecting('no')).rejects.toMatchObject({ code: '28P01' })

  const url = stack.environmentOf('platform-1').REDIS_URL ?? ''
  const options = { enableReadyCheck: false, retryStrategy: () => null }
  const stranger = new Redis(url, options)
  await expect(stranger.keys('*')).rejects.toMatchObject({ message: expect.stringMatching(/^NOPERM/) })
  stranger.disconnect()
  const platform = { username: 'platform', password: stack.secretIn('redis-password') }
  const client = new Redis(url, { ...options, ...platform })
  expect(await client.set('rjwt:spec', '1')).toBe('OK')
  await expect(client.set('other', '1')).rejects.toMatchObject({
    message: expect.stringMatching(/^NOPERM/),
  })
  await expect(client.flushall()).rejects.toMatchObject({ message: expect.stringMatching(/^NOPERM/) })
  client.disconnect()
})

it('can be migrated and registered again', async () => {
  expect(await stack.run('migrate')).toBe('the database is ready\n')
  expect(await stack.run('register')).toBe('the project shop has its key\n')
  expect(await stack.ask(project(), bearer(await stack.token()))).toMatchObject({ status: 200 })
})

it('stops a process so that every call is answered, by it or by the other one', async () => {
  const { child } = stack.program('platform-2')
  const healthy = () => run(process.execPath, ['healthy.js'], stack.app, stack.environmentOf('platform-2'))
  expect(await healthy()).toMatchObject({ code: 0 })
  // Its backend would not give a page so many.
  const privateKey = stack.secretIn('project-key.pem')
  const signer = createSigner({ projectId: 'shop', audience: stack.addresses.PLATFORM_URL, privateKey })
  const ended = once(child, 'exit')
  const statuses: number[] = []
  const calling = (async () => {
    while (child.exitCode === null)
      statuses.push((await stack.ask(project(), bearer(await signer.sign()))).status)
  })()
  child.kill('SIGTERM')
  await until('it says that nothing more is to be sent', async () => {
    return (await stack.operations('platform-2', '/ready')).status === 503
  })
  expect(await ended).toEqual([0, null])
  await calling
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(await healthy()).toMatchObject({ code: 1 })
})

it('has printed no secret', () => {
  const files = readdirSync(stack.secrets, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(stack.secrets, name)).isFile() && name !== 'tls-certificate')
    // The lines of a PEM that say what it is are none.
    .map((name) => stack.secretIn(name).replaceAll(/-----.*-----\n?/g, ''))
  const logs = Array.from(stack.programs.values(), ({ log }) => log).join('\n')
  expect([logs.includes('"msg":"serving"'), logs.includes('token_replayed')]).toEqual([true, true])
  expect(files).toHaveLength(11)
  const lines = files.flatMap((secret) => secret.split('\n')).filter((line) => line !== '')
  expect(lines.filter((line) => logs.includes(line))).toEqual([])
  expect(/eyJ[\w-]+\.eyJ/.test(logs)).toBe(false)
})
