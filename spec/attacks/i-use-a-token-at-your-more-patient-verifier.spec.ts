import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createVerifier, MemoryReplayStore, type AfterDataLoss, type ReplayStore } from '../../lib/index.js'
import { RedisReplayStore, type RedisClient } from '../../lib/replay/redis/index.js'
import { besideRedis } from '../helpers/beside-redis.js'
import { clientDuring } from '../helpers/client-during.js'
import { mint, now } from '../helpers/mint.js'
import '../helpers/longer-time-limit.js'
import { platform } from '../helpers/platform.js'
import { ioredisOf } from '../helpers/redis-clients.js'
import { timePasses } from '../helpers/redis-epochs.js'
import { RedisServer } from '../helpers/redis-server.js'
import { expectRefusal } from '../helpers/refusals.js'

const largerLimits = { maxLifetime: 3600, clockTolerance: 60 }

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
})
const client = clientDuring<RedisClient>(() => ioredisOf(redis.port))
afterAll(() => redis.remove())

/** What a store is and what can happen to it. Its clock and those of the verifiers are one. */
interface World {
  readonly clock: { now: number }
  readonly store: (options: {
    afterDataLoss: AfterDataLoss
    maxLifetime?: number
    clockTolerance?: number
  }) => ReplayStore
  /** Time goes on, for the store as well. */
  readonly pass: (seconds: number) => Promise<void>
  /** The store forgets everything. Whoever holds it makes another one. */
  readonly lose: () => Promise<void>
}

function inMemory(): World {
  const clock = { now }
  const pass = (seconds: number) => {
    clock.now += seconds
    return Promise.resolve()
  }
  return {
    clock,
    store: (options) => new MemoryReplayStore(options),
    pass,
    lose: () => Promise.resolve(),
  }
}

function inRedis(): World {
  const clock = { now }
  const store: World['store'] = (options) =>
    besideRedis(new RedisReplayStore({ client: client(), timeoutMs: 10_000, ...options }))
  return {
    clock,
    store,
    pass: async (seconds) => {
      clock.now += seconds
      await timePasses(redis, seconds)
    },
    lose: async () => {
      await redis.command('FLUSHALL')

      await new RedisReplayStore({ client: client(), afterDataLoss: 'refuse', timeoutMs: 10_000 }).ready()
    },
  }
}

/** Two verifiers that share a store: one with the defaults, and one that accepts more. */
async function platforms(makeWorld: () => World, afterDataLoss: AfterDataLoss) {
  const world = makeWorld()
  await world.lose()
  const make = () => {
    const replayStore = world.store({ afterDataLoss, ...largerLimits })
    const clock = () => world.clock.now
    const verifierOf = (limits: object) => createVerifier(platform({ replayStore, clock, ...limits }).options)
    return {
      short: verifierOf({}),
      tolerant: verifierOf(largerLimits),
    }
  }
  const first = make()
  // Long enough for a store that refuses after a loss to let anything in.
  await world.pass(10_000)
  const restart = async () => {
    await world.lose()
    return make()
  }
  return { ...world, ...first, restart }
}

const tokenOf = (iat: number | undefined, exp: number) => mint({ claims: { iat, exp } })
const accepted = { project: { id: 'shop' } }

describe.each([
  ['MemoryReplayStore', inMemory, 'raise it on the store: new MemoryReplayStore({'],
  ['RedisReplayStore', inRedis, 'raise it on the store of every instance: new RedisReplayStore({ client,'],
] as const)('two verifiers with other limits that share a %s', (_, makeWorld, raised) => {
  it.each([
    ['maxLifetime', 3600, 300],
    ['clockTolerance', 60, 10],
  ] as const)('cannot be made while its %s is not raised', (name, value, ceiling) => {
    const replayStore = makeWorld().store({ afterDataLoss: 'refuse' })
    const making = (given: number) => () => createVerifier(platform({ replayStore, [name]: given }).options)
    expect(making(ceiling)).not.toThrow()
    for (const given of [value, ceiling + 0.5]) {
      expect(making(given)).toThrow(
        new TypeError(
          `createVerifier: ${name} is ${given}, but the replay store covers ${ceiling}; ${raised} ${name}: ${given} })`,
        ),
      )
    }
  })

  it.each(['accept', 'refuse'] as const)(
    'accept an honest token once between them, told to %s after a loss',
    async (afterDataLoss) => {
      const { clock, short, tolerant } = await platforms(makeWorld, afterDataLoss)
      const verifiers = [short, tolerant]
      for (const verifier of verifiers) {
        const token = tokenOf(clock.now - 90, clock.now + 100)
        await expect(verifier.verify(token)).resolves.toMatchObject(accepted)
        for (const again of verifiers) await expectRefusal(again.verify(token), 'token_replayed')
      }
      const long = tokenOf(clock.now - 90, clock.now + 3000)
      await expectRefusal(short.verify(long), 'token_lifetime_too_long')
      await expect(tolerant.verify(long)).resolves.toMatchObject(accepted)
      await expectRefusal(tolerant.verify(long), 'token_replayed')
    },
  )

  it('refuse, after a restart when told to refuse after a loss, a token without iat that the more patient one accepted long before the other', async () => {
    const { clock, pass, tolerant, restart } = await platforms(makeWorld, 'refuse')
    const token = tokenOf(undefined, clock.now + 1000)
    await expect(tolerant.verify(token)).resolves.toMatchObject(accepted)
    await pass(600)
    const after = await restart()
    await pass(130)
    await expectRefusal(after.short.verify(token), 'token_replayed')
    await expectRefusal(after.tolerant.verify(token), 'token_replayed')
  })

  it('refuse, after a restart when told to refuse after a loss, a token that only the more patient one accepted so early', async () => {
    const { clock, pass, tolerant, restart } = await platforms(makeWorld, 'refuse')
    const token = tokenOf(clock.now + 50, clock.now + 170)
    await expect(tolerant.verify(token)).resolves.toMatchObject(accepted)
    await pass(1)
    const after = await restart()
    await pass(47)
    await expectRefusal(after.short.verify(token), 'token_replayed')
    await expectRefusal(after.tolerant.verify(token), 'token_replayed')
  })

  it('accept, some time after a restart when told to refuse after a loss, what was signed then', async () => {
    const { clock, pass, restart } = await platforms(makeWorld, 'refuse')
    const after = await restart()
    await pass(50)
    for (const verifier of [after.short, after.tolerant]) {
      await expectRefusal(verifier.verify(tokenOf(clock.now, clock.now + 120)), 'token_replayed')
    }
    await pass(25)
    for (const verifier of [after.short, after.tolerant]) {
      await expect(verifier.verify(tokenOf(clock.now, clock.now + 120))).resolves.toMatchObject(accepted)
    }
  })

  describe.each(['accept', 'refuse'] as const)('told to %s after a loss', (afterDataLoss) => {
    it('refuse a token at the more patient one, on a clock that stepped back, that the other accepted as its last 63 seconds ago', async () => {
      const { clock, pass, short, tolerant } = await platforms(makeWorld, afterDataLoss)
      const token = tokenOf(clock.now - 103, clock.now - 3)
      await expect(short.verify(token)).resolves.toMatchObject(accepted)
      await pass(63)
      clock.now -= 30
      await expectRefusal(tolerant.verify(token), 'token_replayed')
      clock.now += 30
      await expectRefusal(short.verify(token), 'token_expired')
    })

    it('refuse a token that the other accepted when the clock has stepped back since', async () => {
      const { clock, pass, short, tolerant } = await platforms(makeWorld, afterDataLoss)
      const exp = clock.now + 100
      const token = tokenOf(clock.now, exp)
      await expect(short.verify(token)).resolves.toMatchObject(accepted)
      await pass(170)
      await expect(short.verify(tokenOf(clock.now, clock.now + 120))).resolves.toMatchObject(accepted)
      clock.now = exp + 30
      await expectRefusal(tolerant.verify(token), 'token_replayed')
    })
  })
})
