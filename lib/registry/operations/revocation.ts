import { identifier, oneOf, required } from '../../options/kinds.js'
import type { Option, OptionsOf } from '../../options/options.js'
import type { Clock } from '../../time/clock.js'
import { tooManyKids } from '../rules/key-sets.js'
import { noKey } from '../rules/keys.js'
import type { ProjectStore } from '../store/project-store.js'
import type { KeyRevocationReason } from '../store/records.js'
import { isHosted } from '../store/hosted-keys.js'
import { isUsable } from '../store/key-state.js'
import { hostedKeyView, keyView, type HostedKeyView, type KeyView } from '../store/views.js'
import { existing, noProject } from './change.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'

export interface RevokeKeyOptions extends RegistryChangeOptions {
  readonly kid: string
  readonly reason: KeyRevocationReason
}

export interface KeyRevocation {
  /** A key of a customer's set has `hosted: true`. */
  readonly key: KeyView | HostedKeyView
  /** Further kids under which the project had the same pair: they have ended with it. */
  readonly alsoRevoked?: readonly string[]
  /** Present when the project has no key left that can sign. */
  readonly warning?: string
}

const reasons = oneOf('exposed', 'compromised', 'superseded', 'unused', 'other')

const reason: Option<KeyRevocationReason> = (given, wrong) => {
  if (given === undefined) throw wrong('is missing: why the key ends, such as exposed or unused')
  return reasons(given, wrong)
}

const readOptions = projectChangeReader('revokeKey', {
  kid: required(identifier, 'which key ends'),
  reason,
} satisfies OptionsOf<Omit<RevokeKeyOptions, 'by'>>)

export function keyRevocation(store: ProjectStore, clock: Clock) {
  return {
    async revokeKey(id: string, options: RevokeKeyOptions): Promise<KeyRevocation> {
      const { by, projectId, kid, reason } = readOptions(id, options)
      const at = clock()
      const revoke = (each: string) => store.revoke({ projectId, kid: each, reason, by, at })
      const outcome = await revoke(kid)
      if (outcome === 'project_not_found') throw noProject(projectId)
      if (outcome === 'key_not_found') throw noKey(projectId, kid)
      if (outcome === 'too_many_keys') throw tooManyKids(projectId)
      const { thumbprint } = 'key' in outcome ? outcome.key : outcome.hostedKey
      const others = thumbprint === undefined ? [] : await othersOf(store, { projectId, thumbprint, at })
      let { othersUsable } = outcome
      for (const other of others) {
        const next = await revoke(other)
        if (typeof next === 'object') ({ othersUsable } = next)
      }
      return {
        key: 'key' in outcome ? keyView(outcome.key, at) : hostedKeyView(outcome.hostedKey),
        ...(others.length > 0 && { alsoRevoked: others }),
        ...(!othersUsable && { warning: noKeyLeft }),
      }
    },
  }
}

/**
 * Kids under which tokens of a pair can still be accepted: who holds the private half can sign under each. What comes in after this was
 * decided on when the pair was revoked already.
 */
async function othersOf(
  store: ProjectStore,
  {
    projectId,
    thumbprint,
    at,
  }: { readonly projectId: string; readonly thumbprint: string; readonly at: number },
): Promise<string[]> {
  const { keys, hostedKeys } = await existing(store, projectId, at, { thumbprint })
  const isSame = (key: { readonly thumbprint?: string }) => key.thumbprint === thumbprint
  const registered = keys.filter((key) => isSame(key) && isUsable(key, at))
  const hosted = hostedKeys.filter(
    (key) => isSame(key) && isHosted(key) && !keys.some(({ kid }) => kid === key.kid),
  )
  return [...registered, ...hosted].map(({ kid }) => kid).sort()
}

const noKeyLeft =
  'The project has no key left that can sign: all its tokens are refused until it has a new key.'
