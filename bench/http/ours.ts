import passport from 'passport'
import {
  createVerifier,
  MemoryReplayStore,
  projectOf,
  reverseJwt,
  ReverseJwtStrategy,
  type ReplayStore,
} from '../../lib/index.js'
import { RedisReplayStore } from '../../lib/replay/redis/index.js'
import type { RequestHandler } from 'express'
import { audience, keyStoreOf, lifetime } from '../platform.js'
import type { Protection, Setup } from './setup.js'

const project = (request: object) => projectOf(request).id

export function ourMiddleware(setup: Setup): Protection {
  return { handlers: [reverseJwt({ verifier: verifierOf(setup, memory()) })], projectOf: project }
}

export async function ourMiddlewareWithRedis(setup: Setup): Promise<Protection> {
  // The others do without, and it is as long to load as all else.
  const { Redis } = await import('ioredis')
  const replayStore = new RedisReplayStore({
    client: new Redis(setup.redisPort, '127.0.0.1'),
    maxLifetime: lifetime,
    projectRate: 10_000_000,
  })
  await replayStore.ready()
  return { handlers: [reverseJwt({ verifier: verifierOf(setup, replayStore) })], projectOf: project }
}

export function ourStrategy(setup: Setup): Protection {
  passport.use(new ReverseJwtStrategy({ verifier: verifierOf(setup, memory()) }))
  const authenticate = passport.authenticate('reverse-jwt', {
    session: false,
    failWithError: true,
  }) as RequestHandler
  return { handlers: [authenticate], projectOf: project }
}

function memory(): MemoryReplayStore {
  return new MemoryReplayStore({ maxLifetime: lifetime, projectQuota: 1_000_000 })
}

function verifierOf({ jwks }: Setup, replayStore: ReplayStore) {
  return createVerifier({ audience, maxLifetime: lifetime, keyStore: keyStoreOf(jwks), replayStore })
}
