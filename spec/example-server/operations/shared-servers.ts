import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { DemoProcess } from '../../helpers/demo-process.js'
import { PostgresServer } from '../../helpers/postgres-server.js'
import { RedisServer } from '../../helpers/redis-server.js'

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

  return {
    redis: () => redis,
    postgres: () => postgres,
    demoWith: (variables: Readonly<Record<string, string>>): DemoProcess => {
      const demo = new DemoProcess({ PLATFORM_PORT: '0', CUSTOMER_PORT: '0', ...variables })
      running.push(demo)
      return demo
    },
  }
}
