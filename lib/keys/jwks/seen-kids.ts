/** What a kid stood for when it was seen first: a thumbprint (RFC 7638), and whether that key is sound. */
interface SeenKey {
  readonly material: string
  readonly isSound: boolean
}

/** So that nobody can go on for ever with new keys, each of which has to be checked and remembered. */
const maxKids = 1_000

/**
 * The kids of a project's set that were ever seen. A kid stands for one key: who finds another one under it has found a mistake, or
 * somebody who wants a key to be taken for one that is trusted.
 */
export class SeenKids {
  private readonly keys = new Map<string, SeenKey>()

  get size(): number {
    return this.keys.size
  }

  get(kid: string): SeenKey | undefined {
    return this.keys.get(kid)
  }

  /** How many more there may be. */
  get room(): number {
    return maxKids - this.keys.size
  }

  add(kid: string, material: string, isSound: boolean): void {
    this.keys.set(kid, { material, isSound })
  }
}
