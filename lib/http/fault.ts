import { HttpError } from './http-error.js'

/** HTTP status, RFC 9457 title, detail. */
export type FaultAnswer = readonly [status: number, title: string, detail: string]

interface FaultDetails {
  /** What the answer must have besides its body. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the operator has to hear of. Never sent. */
  readonly cause?: unknown
}

/** A request to a handler of ours that gets no further. The handler answers it; it never leaves the package. */
export class Fault extends HttpError {
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(
    code: string,
    [status, title, description]: FaultAnswer,
    { headers, cause }: FaultDetails = {},
  ) {
    super({ code, status, title, description }, cause)
    this.headers = headers
  }

  static {
    this.prototype.name = 'Fault'
  }
}
