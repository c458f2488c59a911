import { createSigner } from '../../lib/customer/index.js'
import { createRegistry, PostgresProjectStore } from '../../lib/registry/index.js'
import { PostgresServer } from '../../spec/helpers/postgres-server.js'
import { RedisServer } from '../../spec/helpers/redis-server.js'
import { Child } from '../child.js'
import type { AttackSettings, Outcome } from './attacker.js'
import type { PlatformSettings, PlatformState } from './platform.js'
import { bearer, evenly, statusOf } from './requests.js'

/*
 * All attacks at once against four processes of 256 MB, beside honest calls. Build first; then
 * `node dist/bench/soak/run.js [seconds] [attacks a second] [honest calls a second]`. Ends with 1 when a process died, an honest
 * call was refused, an attack was let in, or more than 0.1 % of the honest calls were answered 503. Not among the attacks: those that
 * need minutes of a database (long histories), or a role in it beyond NOTIFY.
 */
const [seconds = 1800, attackRate = 400, honestRate = 200] = process.argv.slice(2).map(Number)
const audience = 'https://platform.example'
const by = 'soak'
const projects = 50

const redis = await RedisServer.start()
const postgres = await PostgresServer.start()
const platforms: Child[] = []
const attacker = new Child('soak/attacker.js')
try {
  const store = new PostgresProjectStore({ db: postgres.pool() })
  await store.migrate()
  const registry = createRegistry({ store, audience })
  const newProject = async (id: string) => {
    await registry.createProject({ id }, { by })
    return { projectId: id, ...(await registry.generateKey(id, { by })) }
  }
  const honest = []
  for (let at = 0; at < projects; at++) honest.push(await newProject(`honest-${at}`))
  const own = await newProject('attacker')
  const revoked = await newProject('revoked')
  await registry.revokeKey('revoked', { kid: revoked.kid, reason: 'compromised', by })
  const signers = honest.map(({ projectId, privateKey }) => createSigner({ projectId, audience, privateKey }))

  const ports: number[] = []
  for (let at = 0; at < 4; at++) {
    const platform = new Child('soak/platform.js', [
      '--max-old-space-size=256',
      '--max-http-header-size=65536',
    ])
    platforms.push(platform)
    const settings: PlatformSettings = { audience, databaseUrl: postgres.url(), redisPort: redis.port }
    ports.push(await platform.ask<number>(settings))
  }

  // Any role of the database may say that anything has changed.
  const pool = postgres.pool()
  const notifications = setInterval(() => {
    pool.query("SELECT pg_notify('reverse_jwt_changes', '')").catch(() => undefined)
  }, 50)
  const states = () => Promise.all(platforms.map((one) => one.ask<PlatformState>('state' as never)))
  const watch = setInterval(() => {
    void states().then((now) => {
      console.log(JSON.stringify({ platforms: now, honest: statuses }))
    })
  }, 60_000)

  const victim = { projectId: 'honest-0', kid: honest[0]?.kid ?? '' }
  const attackSettings: AttackSettings = {
    data: { audience, victim, own, revoked },
    ports,
    rate: attackRate,
    seconds,
  }
  const attacked = attacker.ask<Outcome>(attackSettings)
  const begun = performance.now()
  const statuses: Record<number, number> = {}
  await evenly(honestRate, seconds, async (number) => {
    const token = await signers[number % signers.length]?.sign()
    const status = await statusOf({ port: ports[number % ports.length], headers: bearer(token ?? '') })
    statuses[status] = (statuses[status] ?? 0) + 1
  })
  clearInterval(notifications)
  clearInterval(watch)
  const took = Math.round((performance.now() - begun) / 1000)
  const attacks = await attacked
  const calls = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  const undecided = statuses[503] ?? 0
  const onTime = took <= seconds * 1.05
  const good =
    statuses[200] === calls - undecided && undecided <= calls / 1000 && attacks.letIn === 0 && onTime
  console.log(
    JSON.stringify({ seconds: took, calls, honest: statuses, attacks, platforms: await states(), good }),
  )
  if (!good) process.exitCode = 1
} finally {
  await Promise.all([...platforms, attacker].map((child) => child.stop()))
  await redis.remove()
  await postgres.remove()
}
