import { afterAll, beforeAll, jest } from '@jest/globals'
import { printed, Secrets } from './secrets.js'

export const secrets = new Secrets()
/** All that came out of anywhere since it was last looked at, by where it came from. */
const outputs = new Map<string, string[]>()
/** Everywhere that something has come from so far. */
export const places = new Set<string>()

/** Keeps what came out, printed as a careless log would. */
export function record(from: string, ...values: unknown[]): void {
  const known = outputs.get(from) ?? []
  known.push(...values.map((value) => (typeof value === 'string' ? value : printed(value))))
  outputs.set(from, known)
}

/** What came out there since it was last looked at. */
export function recorded(from: string): string {
  return outputs.get(from)?.join('\n') ?? ''
}

/** What of all that came out holds a secret. */
export function leaks(): string[] {
  const found = Array.from(outputs).flatMap(([from, texts]) =>
    texts.flatMap((text) => {
      places.add(from)
      const secret = secrets.findIn(text)
      return secret === undefined ? [] : [`${secret} in ${from}: ${text.slice(0, 300)}`]
    }),
  )
  outputs.clear()
  return found
}

/** Says that a token must not come out. */
export function secretToken(token: string): string {
  secrets.addToken(token)
  return token
}

/** From here on, what is printed or warned of is recorded too, and goes nowhere else. */
export function captureOutput(): void {
  beforeAll(() => {
    jest.spyOn(process, 'emitWarning').mockImplementation((...given: unknown[]) => {
      record('warnings', ...given)
    })
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        record('output', String(text))
        return true
      })
    }
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const) {
      jest.spyOn(console, method).mockImplementation((...given: unknown[]) => {
        record('console', ...given)
      })
    }
  })
  afterAll(() => {
    jest.restoreAllMocks()
  })
}
