import type { RedisServer } from './redis-server.js'

/**
 * To strict mode it is now as if the server had been met long before any token could be used, whatever the clocks of a test say.
 * Only where the store has met it already.
 */
export async function metLongAgo(server: RedisServer): Promise<void> {
  const keys = (await server.command('KEYS', '*epoch')) as string[]
  await Promise.all(
    keys.map(async (key) => {
      const [memory = ''] = ((await server.command('GET', key)) as string).split(' ')
      await server.command('SET', key, `${memory} -1000000000000`)
    }),
  )
}
