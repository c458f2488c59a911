import type { KeyObject } from 'node:crypto'
import { inspect } from 'node:util'

const formats = new Map<string | undefined, readonly ('pkcs8' | 'pkcs1' | 'sec1')[]>([
  ['rsa', ['pkcs8', 'pkcs1']],
  ['ec', ['pkcs8', 'sec1']],
])

/** Texts that must not come out anywhere, and where they did. */
export class Secrets {
  private readonly runs = new Map<string, string>()
  private readonly run: number

  /** `run`: so many characters in a row of a secret are a leak. */
  constructor(run = 16) {
    this.run = run
  }

  /** A token, and its signature. */
  addToken(token: string): void {
    this.addText('a token', token)
    this.addInBase64('a token', token)
    this.addText('a token in hex', Buffer.from(token).toString('hex'))
    this.addSignature(token)
  }

  /** The signature of a token, in the spellings in which programs print bytes. The rest of it may be shown. */
  addSignature(token: string): void {
    this.addBytes('a signature', Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url'))
  }

  /** The private parts of a key in every format; the public half is no secret. */
  addPrivateKey(key: KeyObject): void {
    for (const type of formats.get(key.asymmetricKeyType) ?? ['pkcs8']) {
      const pem = key.export({ format: 'pem', type }) as string
      // The lines that say what it is are no secret.
      const body = pem.replaceAll(/-----[^-]+-----/g, '').trim()
      this.addText('a private key', body)
      this.addText('a private key on one line', body.replaceAll('\n', ''))
      this.addInBase64('a private key', body)
      this.addBytes('a private key', key.export({ format: 'der', type: type as 'pkcs8' }))
    }
    this.addPrivateMembers(key)
  }

  /** What of a key is never in its public half; the formats have both. */
  addPrivateMembers(key: KeyObject): void {
    const { d, p, q, dp, dq, qi } = key.export({ format: 'jwk' })
    for (const member of [d, p, q, dp, dq, qi]) {
      if (member === undefined) continue
      this.addBytes('a private member', Buffer.from(member, 'base64url'))
      this.addInBase64('a private member', member)
    }
  }

  addText(name: string, text: string): void {
    const { run } = this
    for (let at = 0; at + run <= text.length; at++) this.runs.set(text.slice(at, at + run), name)
  }

  /** The secret of which a run of characters stands in the text. */
  findIn(text: string): string | undefined {
    const { run } = this
    for (let at = 0; at + run <= text.length; at++) {
      const name = this.runs.get(text.slice(at, at + run))
      if (name !== undefined) return name
    }
    return undefined
  }

  /** Text that somebody has encoded again, together with whatever stood before and after it. */
  private addInBase64(name: string, text: string): void {
    for (const before of ['', ' ', '  ']) {
      const encoded = Buffer.from(before + text).toString('base64')
      this.addText(`${name} in base64`, encoded.slice(4, -4))
    }
  }

  private addBytes(name: string, bytes: Buffer): void {
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      this.addText(`${name} in ${encoding}`, bytes.toString(encoding))
    }
    this.addText(`${name} in HEX`, bytes.toString('hex').toUpperCase())
    // As inspected, and as JSON.
    this.addText(`${name} as numbers`, Array.from(bytes).join(','))
    this.addText(`${name} as spaced numbers`, Array.from(bytes).join(', '))
    this.addText(`${name} as a Buffer`, (bytes.toString('hex').match(/../g) ?? []).join(' '))
  }
}

/** All that a careless log could print of a value. */
export function printed(value: unknown): string {
  const texts = [
    inspect(value, {
      depth: Infinity,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
      breakLength: Infinity,
    }),
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(value) as string | undefined,
  ]
  if (value instanceof Error)
    texts.push(value.message, value.stack ?? '', String(value), printed(value.cause))
  return texts.join('\n')
}
