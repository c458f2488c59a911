import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.js'

/** Where Debian's package softhsm2 has its module. */
const PKCS11_MODULE = '/usr/lib/softhsm/libsofthsm2.so'

/** A device in software, with one P-256 pair that was made in it and does not leave it. */
export class Pkcs11Token {
  /** What a command needs to reach it. */
  readonly variables: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #label: string

  private constructor(folder: string, label: string) {
    this.#folder = folder
    this.#label = label
    this.variables = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf'), PKCS11_MODULE }
  }

  static async create(folder: string, label: string): Promise<Pkcs11Token> {
    const token = new Pkcs11Token(folder, label)
    await mkdir(join(folder, 'tokens'))
    await writeFile(join(folder, 'softhsm2.conf'), `directories.tokendir = ${join(folder, 'tokens')}\n`)
    const pins = ['--pin', '1234', '--so-pin', '1234']
    await token.#run('softhsm2-util', ['--init-token', '--free', '--label', label, ...pins])
    await token.#tool('--keypairgen', '--key-type', 'EC:prime256v1', '--id', '01')
    return token
  }

  /** R and S joined. */
  async sign(data: Uint8Array): Promise<Buffer> {
    const [digest, signature] = ['digest', 'signature'].map((name) => join(this.#folder, name)) as [
      string,
      string,
    ]
    await writeFile(digest, createHash('sha256').update(data).digest())
    await this.#tool('--sign', '--mechanism', 'ECDSA', '--input-file', digest, '--output-file', signature)
    return readFile(signature)
  }

  #tool(...action: readonly string[]): Promise<void> {
    const login = ['--module', PKCS11_MODULE, '--token-label', this.#label, '--login', '--pin', '1234']
    return this.#run('pkcs11-tool', [...login, '--label', this.#label, ...action])
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { code, stderr } = await run(program, args, this.#folder, this.variables)
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`)
  }
}
