import { outageFrom, StoreError } from '../../errors.js'
import { within } from '../../time/time-limit.js'
import type { SigningKeys } from './signing-keys.js'

const timeoutMs = 5_000
/** One that is waited for for so long says that the next one would not come soon either. */
const slowMs = 1_000
/** Milliseconds between two trials while signing fails. */
const probeEvery = 1_000

/**
 * Signs sessions, and knows whether it can: a token whose session cannot be signed shall not be used up.
 *
 * The first failure is heard of too late, for its token is spent, as are those that came within the second in which a signature did not.
 * From then on nobody's is, until a signature is made: one is tried each second.
 */
export class SessionSigner {
  private readonly keys: SigningKeys
  private isDown = false
  /** By the monotonic clock, in milliseconds. */
  private triedSince = -Infinity
  private probing: Promise<void> | undefined
  /** Signatures that are waited for, in the order in which they were begun. */
  private readonly pending = new Set<{ readonly since: number }>()

  constructor(keys: SigningKeys) {
    this.keys = keys
  }

  /** Resolves when a signature can be expected, as far as is known. Throws a StoreError otherwise. */
  async requireUp(): Promise<void> {
    await this.keys.atHand()
    const now = performance.now()
    // The one that waits longest is the first.
    const [oldest] = this.pending
    if (oldest !== undefined && now - oldest.since > slowMs)
      throw down('a signature has been waited for too long')
    if (!this.isDown) return
    const isDue = this.probing === undefined && now - this.triedSince >= probeEvery
    if (!isDue) throw down('signing has failed, and is tried each second')
    await this.prove()
  }

  /** Resolves when a signature was made, and the public half of the key has verified it. One trial is under way at most. */
  async prove(): Promise<void> {
    this.probing ??= this.proveOnce().finally(() => {
      this.probing = undefined
    })
    await this.probing
  }

  private async proveOnce(): Promise<void> {
    this.triedSince = performance.now()
    const { current } = await this.keys.atHand()
    await this.noted(current.prove())
  }

  /** Throws a StoreError when there is no signature. */
  async sign(claims: Record<string, unknown>): Promise<string> {
    const { current } = await this.keys.atHand()
    if (current.signer === undefined) throw down('the current key signs elsewhere')
    return this.noted(current.signer.sign(claims))
  }

  private async noted<T>(signing: Promise<T>): Promise<T> {
    const mine = { since: performance.now() }
    this.triedSince = mine.since
    this.pending.add(mine)
    try {
      const signed = await within(timeoutMs, signing, `there was no signature within ${timeoutMs} ms`)
      this.isDown = false
      return signed
    } catch (cause) {
      this.isDown = true
      throw outageFrom(cause, 'signer_failed')
    } finally {
      this.pending.delete(mine)
    }
  }
}

function down(cause: string): StoreError {
  return new StoreError('store_unavailable', { cause, reason: 'signer_failed' })
}
