/** Who may use the console: whoever gave the password that was printed at start, once, until they log out. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ConsoleLogins } from './console-logins.js'

/** What all processes of the platform share. */
export interface ConsoleSecrets {
  readonly password: string
  /** Signs the cookies, so that one which somebody made up is refused without asking the database. */
  readonly secret: string
  /** Epoch seconds until which the password can be used. */
  readonly expiresAt: number
}

export type Login = { readonly cookie: string } | { readonly refused: 'used' }

export const cookieName = 'platform_console'
const sessionSeconds = 8 * 3600
const passwordSeconds = 24 * 3600
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/**
 * A password of 79 bits that can be read aloud. It needs no limit on wrong ones, by which an attacker could keep everybody out:
 * a million guesses a second, for the whole day that it is good, find it with a probability of 1 in 8,000,000,000,000.
 */
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
  private readonly logins: ConsoleLogins
  private readonly clock: () => number

  constructor(secrets: ConsoleSecrets, logins: ConsoleLogins, clock = () => Date.now() / 1000) {
    this.secrets = secrets
    this.logins = logins
    this.clock = clock
  }

  isPassword(given: unknown): boolean {
    return typeof given === 'string' && isEqual(given.trim().toLowerCase(), this.secrets.password)
  }

  /** For whoever gave the password. Throws a StoreError when the database cannot be asked, as the others do. */
  async logIn(operator: string): Promise<Login> {
    const { password, expiresAt } = this.secrets
    const now = this.clock()
    const session = randomBytes(32).toString('base64url')
    const login = { passwordHash: hashOf(password), sessionHash: hashOf(session), operator }
    const isOpened = now < expiresAt && (await this.logins.open(login, now, now + sessionSeconds))
    return isOpened ? { cookie: `${session}.${this.signatureOf(session)}` } : { refused: 'used' }
  }

  /** The name that was given at the login, when a request comes with a session that was opened here and has not ended. */
  async operatorOf(req: Pick<IncomingMessage, 'headers'>): Promise<string | undefined> {
    const session = this.sessionOf(req)
    if (session === undefined) return undefined
    return this.logins.operatorOf(hashOf(this.secrets.password), hashOf(session), this.clock())
  }

  /** Ends the session that a request comes with, for everybody who has a copy of its cookie. */
  async logOut(req: Pick<IncomingMessage, 'headers'>): Promise<void> {
    const session = this.sessionOf(req)
    if (session !== undefined) await this.logins.end(hashOf(this.secrets.password), hashOf(session))
  }

  /** Looks at one cookie of this name: a header has room for many, and each would be hashed. */
  private sessionOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
    const begin = `${cookieName}=`
    const pair = headers.cookie?.split('; ').find((one) => one.startsWith(begin))
    const [session = '', signature = ''] = pair?.slice(begin.length).split('.') ?? []
    return isEqual(signature, this.signatureOf(session)) ? session : undefined
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
