import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './command.js'

/** Where Debian's package softhsm2 has its module. */
const PKCS11_MODULE = '/usr/lib/softhsm/libsofthsm2.so'

/** A device in software, without keys. Returns what a program needs to reach it and to log in. */
export async function pkcs11Token(folder: string): Promise<Record<string, string>> {
  const [SOFTHSM2_CONF, PKCS11_TOKEN, PKCS11_PIN] = [join(folder, 'softhsm2.conf'), 'shop', '48291357']
  await mkdir(join(folder, 'tokens'))
  await writeFile(SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\n`)
  const pins = ['--pin', PKCS11_PIN, '--so-pin', PKCS11_PIN]
  const args = ['--init-token', '--free', '--label', PKCS11_TOKEN, ...pins]
  await output('softhsm2-util', args, folder, { SOFTHSM2_CONF })
  return { SOFTHSM2_CONF, PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN }
}
