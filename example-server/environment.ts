/** Something that whoever starts the demo can mend: one line that says how. */
export class CannotStart extends Error {}

export function portFrom(variable: string, usual: number): number {
  const text = process.env[variable] ?? String(usual)
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CannotStart(
    `${variable} is ${JSON.stringify(text)}, which is not a port. Set it to a number from 0 to 65535 (0 = any free port), or leave it out.`,
  )
}

/** How many processes the platform has. What they share must be outside of them. */
export function workersFrom(redisUrl: string | undefined): number {
  const text = process.env.WORKERS ?? '1'
  if (!/^[1-9]\d?$/.test(text)) {
    throw new CannotStart(
      `WORKERS is ${JSON.stringify(text)}; set it to a number from 1 to 99, or leave it out.`,
    )
  }
  if (Number(text) > 1 && redisUrl === undefined) {
    throw new CannotStart(
      `WORKERS=${text} needs REDIS_URL: each process would remember only the tokens that it has seen itself, so a token would work once in each of them. For example REDIS_URL=redis://localhost:6379 WORKERS=${text} npm start.`,
    )
  }
  return Number(text)
}

export function redisUrlFrom(): string | undefined {
  const text = process.env.REDIS_URL
  if (text === undefined || /^rediss?:\/\/./.test(text)) return text
  // It may hold a password, so it is not repeated.
  throw new CannotStart(
    'REDIS_URL is not a URL that begins with redis:// or rediss://. Set it, or leave it out.',
  )
}
