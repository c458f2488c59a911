const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Names one occurrence of a problem (RFC 9457 section 3.1.5): a random UUID, in the answer, on the error and in the event. Made when
 * somebody asks for it, because most refusals are read by nobody.
 */
export class Instance {
  private made: string | undefined
  private readonly other: { readonly id?: unknown } | undefined

  /** `other` is that of another copy of this package: what it says is the id, if it is one. */
  constructor(other?: { readonly id?: unknown }) {
    this.other = other
  }

  get id(): string {
    return (this.made ??= this.idOfOther() ?? crypto.randomUUID())
  }

  private idOfOther(): string | undefined {
    const id = this.other?.id
    return typeof id === 'string' && uuid.test(id) ? id : undefined
  }
}
