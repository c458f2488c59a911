/** What one check of `doctor` has found. */
export interface Finding {
  /** Its name, for programs and for the documentation: `tls`, `clock`. */
  readonly check: string
  /** `skip`: it was not made, and the text says why and what it needs. */
  readonly result: 'ok' | 'warn' | 'FAIL' | 'skip'
  /** What was found, in one line. Holds no token, no key, and nothing unescaped of what a server answered. */
  readonly text: string
  /** What to do, in one line, by whoever can. With each `warn` and `FAIL`. */
  readonly fix?: string
}
