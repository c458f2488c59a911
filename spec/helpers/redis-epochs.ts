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
      await server.command('SET', key, `${memory} -1000000000000 -1000000000000`)
    }),
  )
}

/**
 * To the stores of a test it is now so many seconds later: what Redis keeps is so much older. The clock of Redis itself cannot be
 * set.
 */
export async function timePasses(server: RedisServer, seconds: number): Promise<void> {
  const keys = (await server.command('KEYS', '*')) as string[]
  await Promise.all(
    keys.map(async (key) => {
      if (key.endsWith('epoch')) {
        const [memory = '', ...moments] = ((await server.command('GET', key)) as string).split(' ')
        const earlier = moments.map((moment) => (Number(moment) - seconds).toFixed(6))
        await server.command('SET', key, [memory, ...earlier].join(' '))
      } else {
        const left = Number(await server.command('PTTL', key))
        await server.command('PEXPIRE', key, Math.round(left - seconds * 1000))
      }
    }),
  )
}
