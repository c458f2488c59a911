import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { createSigner, generateProjectKey } from '../../lib/customer/index.js'
import { prove } from '../helpers/possession.js'
import { by } from '../helpers/registry.js'
import { drillPlatform } from './drill-platform.js'

/** The drill of docs/operations.md. It takes as long as the slowest reader of a revocation, half a minute, and little work. */
jest.setTimeout(120_000)

let platform: Awaited<ReturnType<typeof drillPlatform>>
beforeAll(async () => {
  platform = await drillPlatform()
})
afterAll(() => platform.close())

const projectId = 'drill'

/** A customer's backend, or who has stolen its key. */
function signerWith(privateKey: string) {
  const { audience } = platform
  const signer = createSigner({ projectId, audience, privateKey })
  return () => signer.sign()
}

async function statusOf(address: string, credential: string): Promise<number> {
  const { status } = await fetch(address, { headers: { Authorization: `Bearer ${credential}` } })
  return status
}

/** What the caller gets to ask about it. */
async function instanceOf(address: string, credential: string): Promise<string> {
  const response = await fetch(address, { headers: { Authorization: `Bearer ${credential}` } })
  return ((await response.json()) as { instance: string }).instance
}

async function sessionFor(token: string): Promise<string | undefined> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: token,
  })
  const response = await fetch(platform.tokenEndpoint, { method: 'POST', body })
  return ((await response.json()) as { access_token?: string }).access_token
}

const begun: { at: number; lines: string[] } = { at: NaN, lines: [] }
const step = (line: string) =>
  begun.lines.push(`${((performance.now() - begun.at) / 1000).toFixed(1)} s  ${line}`)

/** Asks until it is refused with 401; never again does it pass. Anything but a pass before and 401 after fails. */
async function refused(name: string, ask: () => Promise<number>): Promise<void> {
  for (;;) {
    const status = await ask()
    if (status === 401) break
    expect(status).toBe(200)
    await delay(500)
  }
  step(`refused by the ${name}`)
}

it('ends a leaked key everywhere, and the project goes on with another', async () => {
  const { registry, verifiers, services, alerts, record } = platform
  await registry.createProject({ id: projectId }, { by })
  const leaked = await registry.generateKey(projectId, { by })
  const signAsBefore = signerWith(leaked.privateKey)
  // The thief has the file, and signs as the customer does.
  const stolen = signAsBefore
  const session = (await sessionFor(await stolen())) ?? ''
  const isOpen = [
    ...Object.values(verifiers).map(async (address) => statusOf(address, await stolen())),
    ...Object.values(services).map((address) => statusOf(address, session)),
  ]
  expect(await Promise.all(isOpen)).toEqual([200, 200, 200, 200])

  begun.at = performance.now()
  await registry.revokeKey(projectId, { kid: leaked.kid, reason: 'compromised', by })
  step('revoked')

  const everywhere = [
    ...Object.entries(verifiers).map(([name, address]) =>
      refused(name, async () => statusOf(address, await stolen())),
    ),
    ...Object.entries(services).map(([name, address]) => refused(name, () => statusOf(address, session))),
  ]

  const { privateKey, publicJwk } = await generateProjectKey()
  const { kid, challenge } = await registry.registerKey(projectId, { jwk: publicJwk, by })
  await registry.confirmKey(projectId, { kid, proof: await prove({ privateKey, challenge }), by })
  const sign = signerWith(privateKey)
  const renewed = await sessionFor(await sign())
  expect(renewed).toBeDefined()
  step('calling again with a key of its own')

  await Promise.all(everywhere)

  // It ends where the slowest was: the thief goes on, in vain, and is known.
  for (const address of Object.values(verifiers)) {
    expect(await statusOf(address, await stolen())).toBe(401)
    expect(await statusOf(address, await sign())).toBe(200)
  }
  for (const address of Object.values(services)) {
    expect(await statusOf(address, session)).toBe(401)
    expect(await statusOf(address, renewed ?? '')).toBe(200)
  }
  expect(await sessionFor(await stolen())).toBeUndefined()
  expect(alerts).toMatchObject([
    { type: 'alert.raised', rule: 'revoked_key_used', severity: 'critical', projectId, kid: leaked.kid },
  ])
  step('the thief is known: revoked_key_used')

  const instance = await instanceOf(verifiers['verifier with messages'], await stolen())
  await record.flush()
  expect(await registry.getRefusal(instance)).toMatchObject({
    reason: 'key_revoked',
    signature: 'good',
    projectId,
    kid: leaked.kid,
  })
  step('a refusal is found by its id')

  const { records } = await registry.listAudit({ projectId })
  expect(records.map(({ action, kid: of, by: who }) => [action, of, who]).reverse()).toEqual([
    ['project.created', undefined, by],
    ['key.generated', leaked.kid, by],
    ['key.revoked', leaked.kid, by],
    ['key.registered', kid, by],
    ['key.confirmed', kid, by],
  ])
  step('the audit has every step')
  process.stdout.write(`the leak drill\n${begun.lines.map((line) => `  ${line}\n`).join('')}`)
})
