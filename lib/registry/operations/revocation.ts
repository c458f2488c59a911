import { identifier, oneOf, required } from '../../options/kinds.js'
import type { Option, OptionsOf } from '../../options/options.js'
import type { Clock } from '../../time/clock.js'
import { tooManyKids } from '../rules/key-sets.js'
import { noKey } from '../rules/keys.js'
import type { ProjectStore } from '../store/project-store.js'
import type { KeyRevocationReason } from '../store/records.js'
import { hostedKeyView, keyView, type HostedKeyView, type KeyView } from '../store/views.js'
import { noProject } from './change.js'
import { projectChangeReader, type RegistryChangeOptions } from './method-options.js'

export interface RevokeKeyOptions extends RegistryChangeOptions {
  readonly kid: string
  readonly reason: KeyRevocationReason
}

export interface KeyRevocation {
  /** A key of a customer's set has `hosted: true`. */
  readonly key: KeyView | HostedKeyView
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
      const outcome = await store.revoke({ projectId, kid, reason, by, at })
      if (outcome === 'project_not_found') throw noProject(projectId)
      if (outcome === 'key_not_found') throw noKey(projectId, kid)
      if (outcome === 'too_many_keys') throw tooManyKids(projectId)
      const key = 'key' in outcome ? keyView(outcome.key, at) : hostedKeyView(outcome.hostedKey)
      return { key, ...(!outcome.othersUsable && { warning: noKeyLeft }) }
    },
  }
}

const noKeyLeft =
  'The project has no key left that can sign: all its tokens are refused until it has a new key.'
