import express from 'express'
import {
  createVerifier,
  MemoryKeyStore,
  MemoryReplayStore,
  problemDetails,
  projectOf,
  projectTokenOf,
  reverseJwt,
  type FaceOptions,
  type ProjectWithKeys,
  type VerifierEvent,
  type VerifierOptions,
} from '../../lib/index.js'
import { keyPair, makeKeyPair } from './keys.js'
import { audience, kidOf, now } from './mint.js'

/** The honest project, with one key for each of these algorithms under `kidOf(alg)`. */
export function shop(
  algs: readonly string[] = ['ES256'],
  project: Partial<ProjectWithKeys> = {},
): ProjectWithKeys {
  const keys = algs.map((alg) => ({ jwk: keyPair(alg).publicJwk, kid: kidOf(alg), alg: alg as 'ES256' }))
  return { id: 'shop', scopes: ['portal:read', 'portal:write'], keys, ...project }
}

/** Another tenant: an honest customer of the same platform, who may not be who they say. */
export const rivalKeys = makeKeyPair('ES256')
export const rival: ProjectWithKeys = { id: 'rival', keys: [{ jwk: rivalKeys.publicJwk, kid: 'key-rival' }] }

export interface Platform {
  readonly options: VerifierOptions
  readonly events: VerifierEvent[]
  /** The verifier's clock, to be set by a test. */
  readonly clock: { now: number }
}

/** What a verifier of the tests is made of: two projects, memory stores, a clock that stands still. */
export function platform(
  override: Partial<VerifierOptions> = {},
  projects: readonly ProjectWithKeys[] = [shop(), rival],
): Platform {
  const replayStore = override.replayStore ?? new MemoryReplayStore()
  const { clock, read } = clockOf(replayStore)
  const events: VerifierEvent[] = []
  return {
    clock,
    events,
    options: {
      audience,
      keyStore: new MemoryKeyStore(projects),
      replayStore,
      clock: read,
      onEvent: (event) => events.push(event),
      ...override,
    },
  }
}

/** Verifiers that share a replay store have one clock. */
function clockOf(replayStore: object) {
  const known = clocks.get(replayStore)
  if (known !== undefined) return known
  const clock = { now }
  const made = { clock, read: () => clock.now }
  clocks.set(replayStore, made)
  return made
}

const clocks = new WeakMap<object, { readonly clock: { now: number }; readonly read: () => number }>()

export function verifierOf(override: Partial<VerifierOptions> = {}, projects?: readonly ProjectWithKeys[]) {
  return createVerifier(platform(override, projects).options)
}

/** An Express 5 app with one protected route, any method, at `/portal`. */
export function appOf(options: VerifierOptions & FaceOptions) {
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.all('/portal', reverseJwt(options), (req, res) => {
    res.json({ project: projectOf(req).id, scopes: projectTokenOf(req).scopes })
  })
  app.use(problemDetails())
  return app
}
