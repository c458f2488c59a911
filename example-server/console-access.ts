/** Who may use the console: whoever gave the password that was printed at start, once. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ReplayStore } from 'reverse-jwt'

/** What all processes of the platform share. */
export interface ConsoleSecrets {
  readonly password: string
  /** Signs the sessions. */
  readonly secret: string
  /** Epoch seconds until which the password can be used. */
  readonly expiresAt: number
}

export type Login = { readonly cookie: string } | { readonly refused: 'wrong' | 'used' | 'too-many' }

export const cookieName = 'platform_console'
const sessionSeconds = 8 * 3600
const passwordSeconds = 24 * 3600
const mostWrong = 5
const restSeconds = 60
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password of 79 bits that can be read aloud. */
export function newConsoleSecrets(): ConsoleSecrets {
  const groups = Array.from({ length: 4 }, () => Array.from({ length: 4 }, letter).join(''))
  const expiresAt = Date.now() / 1000 + passwordSeconds
  return { password: groups.join('-'), secret: randomBytes(32).toString('base64url'), expiresAt }
}

function letter(): string {
  // 31 letters: a byte beyond the last whole multiple would make some of them likelier.
  for (;;) {
    const [byte = 0] = randomBytes(1)
    if (byte < 248) return letters[byte % letters.length] ?? ''
  }
}

export class ConsoleAccess {
  private readonly secrets: ConsoleSecrets
  private readonly replayStore: ReplayStore
  private readonly clock: () => number
  private wrong = 0
  private restUntil = 0

  /** The replay store remembers for all processes that the password has been used. */
  constructor(secrets: ConsoleSecrets, replayStore: ReplayStore, clock = () => Date.now() / 1000) {
    this.secrets = secrets
    this.replayStore = replayStore
    this.clock = clock
  }

  /** Throws what the replay store throws. */
  async logIn(password: unknown): Promise<Login> {
    const now = this.clock()
    if (now < this.restUntil) return { refused: 'too-many' }
    const { password: right, expiresAt } = this.secrets
    if (typeof password !== 'string' || !isEqual(password.trim().toLowerCase(), right)) {
      this.wrong++
      if (this.wrong % mostWrong === 0) this.restUntil = now + restSeconds
      return { refused: 'wrong' }
    }
    // No project can have such an id.
    const use = { projectId: '\u0000console', jti: hashOf(right), expiresAt, acceptableFrom: now }
    if (now >= expiresAt || !(await this.replayStore.consume(use))) return { refused: 'used' }
    const session = `${Math.floor(now + sessionSeconds)}.${randomBytes(12).toString('base64url')}`
    return { cookie: `${session}.${this.signatureOf(session)}` }
  }

  /** Whether a request comes with a session that was opened here. */
  hasSession({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const cookies = headers.cookie?.split('; ') ?? []
    return cookies.some((pair) => {
      const [name, value = ''] = pair.split('=', 2)
      const [expiresAt = '', id = '', signature = ''] = value.split('.')
      return (
        name === cookieName &&
        isEqual(signature, this.signatureOf(`${expiresAt}.${id}`)) &&
        this.clock() < Number(expiresAt)
      )
    })
  }

  private signatureOf(session: string): string {
    return createHmac('sha256', this.secrets.secret).update(session).digest('base64url')
  }
}

/** Takes as long for every text. */
function isEqual(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(a)), Buffer.from(hashOf(b)))
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
