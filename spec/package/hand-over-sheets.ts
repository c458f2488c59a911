import { pathToFileURL } from 'node:url'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { consoleFolder } from '../../example-server/page-folder.js'

/** What a sheet of the console is filled in with. */
export interface SheetValues {
  readonly projectId: string
  readonly issuer: string
  readonly audience: string
  readonly kid: string
  readonly alg: string
  /** Names with one space between; '' for none. */
  readonly scope: string
}

export interface Sheet {
  readonly name: string
  readonly file: string
  readonly textFor: (values: SheetValues) => string
  /** Why there is none for this algorithm. */
  readonly cannot?: (alg: string) => string | undefined
}

/** The sheets as the console's page has them. */
export async function handOverSheets(): Promise<readonly Sheet[]> {
  const address = pathToFileURL(`${consoleFolder}sheets/sheets.js`).href
  return ((await import(address)) as { sheets: readonly Sheet[] }).sheets
}

/** How a customer runs each. */
export const sheetCommands: Readonly<Record<string, string>> = {
  Node: 'node project-token.mjs',
  Python: 'python3 project_token.py',
  PHP: 'php project-token.php',
  Go: 'go run project-token.go',
  Java: 'java -XX:TieredStopAtLevel=1 ProjectToken.java',
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const sheetKeys: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
  RS256: rsa,
  PS256: rsa,
}

/** What ends a string, or is read as code within one, in one language or another. */
export const hostileNames = {
  projectId: String.raw`'"${'`'}\" \' \u0022;\u{22} $x {$x} ${'${'}x} #{x} %s %1$s %% ?> */ // -- <!-- </script> """ ''' {{7*7}} \x22 \N{QUOTATION MARK} \042 ",1);exit(3);//`,
  kid: String.raw`key";System.exit(3);//\u0022;process.exit(3)//'.exit(3).'"+os.Exit(3)+"\"`,
  issuer: 'Zo\u00eb \u6771\u4eac \u{1f600} \u202e"\u2028\u00a0\\',
}
