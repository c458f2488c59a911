import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { DemoProcess } from '../../helpers/demo-process.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { RedisServer } from '../../helpers/redis-server.js'

type Variables = Readonly<Record<string, string>>

export const anyPorts = { PLATFORM_PORT: '0', CUSTOMER_PORT: '0' }

/** A Redis and a PostgreSQL for a whole file, and demos over them, each until its test ends. */
export function sharedServers() {
  let redis: RedisServer
  let postgres: PostgresServer
  const running: DemoProcess[] = []

  beforeAll(async () => {
    redis = await RedisServer.start({ appendonly: 'yes' })
    postgres = await PostgresServer.start()
  }, 60_000)
  afterEach(async () => {
    await Promise.all(running.splice(0).map((demo) => demo.kill()))
  })
  // Undefined when beforeAll failed before it got there.
  afterAll(async () => {
    await (redis as RedisServer | undefined)?.remove()
    await (postgres as PostgresServer | undefined)?.remove()
  })

  const started = (demo: DemoProcess) => {
    running.push(demo)
    return demo
  }

  return {
    redis: () => redis,
    postgres: () => postgres,
    demoWith: (variables: Variables) => started(new DemoProcess({ ...anyPorts, ...variables })),
    demoOverEmptyDatabase: async (variables: Variables) =>
      started(await DemoProcess.overEmptyDatabase({ ...anyPorts, ...variables })),
  }
}
