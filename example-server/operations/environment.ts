import { resolve } from 'node:path'

/** Something that whoever starts the demo can put right: one line that says how. */
export class CannotStart extends Error {}

export function portFrom(variable: string, defaultPort: number): number {
  const text = process.env[variable] ?? String(defaultPort)
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CannotStart(
    `${variable} is ${JSON.stringify(text)}, which is not a port. Set it to a number from 0 to 65535 (0 = any free port), or leave it out.`,
  )
}

/** Where the customer publishes its keys. Undefined: it gives the platform its public key instead. */
export function keysPortFrom(): number | undefined {
  return process.env.KEYS_PORT === undefined ? undefined : portFrom('KEYS_PORT', 0)
}

/** How many processes the platform has. What they share must be outside of them. */
export function workersFrom(redisUrl: string | undefined, databaseUrl: string | undefined): number {
  const text = process.env.WORKERS ?? '1'
  if (!/^[1-9]\d?$/.test(text)) {
    throw new CannotStart(
      `WORKERS is ${JSON.stringify(text)}; set it to a number from 1 to 99, or leave it out.`,
    )
  }
  if (Number(text) === 1) return 1
  const example = `For example DATABASE_URL=postgres://localhost/demo REDIS_URL=redis://localhost:6379 WORKERS=${text} npm start.`
  if (redisUrl === undefined) {
    throw new CannotStart(
      `WORKERS=${text} needs REDIS_URL: each process would remember only the tokens that it has seen itself, so a token would work once in each of them. ${example}`,
    )
  }
  if (databaseUrl === undefined) {
    throw new CannotStart(
      `WORKERS=${text} needs DATABASE_URL: without it projects are in a folder, and two processes that write into one folder lose projects and keys. ${example}`,
    )
  }
  return Number(text)
}

export function redisUrlFrom(): string | undefined {
  return urlFrom('REDIS_URL', /^rediss?:\/\/./, 'redis:// or rediss://')
}

export function databaseUrlFrom(): string | undefined {
  return urlFrom('DATABASE_URL', /^postgres(?:ql)?:\/\/./, 'postgres:// or postgresql://')
}

function urlFrom(variable: string, form: RegExp, beginnings: string): string | undefined {
  const text = process.env[variable]
  if (text === undefined || form.test(text)) return text
  // It may hold a password, so it is not repeated.
  throw new CannotStart(`${variable} is not a URL that begins with ${beginnings}. Set it, or leave it out.`)
}

/** Where the demo keeps what shall survive a restart. */
export function dataFolderFrom(): string {
  const text = process.env.DATA_FOLDER ?? '.data'
  if (text !== '') return resolve(text)
  throw new CannotStart('DATA_FOLDER is empty. Set it to a folder, or leave it out.')
}
