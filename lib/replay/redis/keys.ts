import { hash } from 'node:crypto'
import { projectPrefix } from '../../protocol.js'
import type { TokenUse } from '../replay-store.js'

/** A cluster keeps an epoch in each of these groups of ids, for a script reaches only keys of one slot. */
const groups = 64 ** 2
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The names of all that is kept in Redis. */
export class RedisKeys {
  private readonly prefix: string
  private readonly cluster: boolean

  constructor(prefix: string, cluster: boolean) {
    this.prefix = prefix
    this.cluster = cluster
  }

  /**
   * Where a use is kept, `rjwt:{Qk}3fHcVx...`, and the epoch that it belongs to. 132 bits of SHA-256.
   */
  of({ projectId, jti }: TokenUse): { readonly id: string; readonly epoch: string } {
    const name = hash('sha256', projectPrefix(projectId) + jti, 'base64url').slice(0, 22)
    const group = name.slice(0, 2)
    return { id: `${this.prefix}{${group}}${name.slice(2)}`, epoch: this.epoch(group) }
  }

  epochs(): string[] {
    if (!this.cluster) return [this.epoch('')]
    return Array.from({ length: groups }, (_, at) =>
      this.epoch(`${alphabet[at >> 6] ?? ''}${alphabet[at & 63] ?? ''}`),
    )
  }

  private epoch(group: string): string {
    return this.cluster ? `${this.prefix}{${group}}epoch` : `${this.prefix}epoch`
  }
}
