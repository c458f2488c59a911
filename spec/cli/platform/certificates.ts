import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  readonly key: string
  /** The certificate, and the one between it and its root where there is one. */
  readonly cert: string
}

/** An authority of certificates, by OpenSSL, in a folder of its own. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-authority-'))
  readonly root: Certificate

  constructor() {
    this.root = this.selfSigned('root', '/CN=Authority of a test', 'CA:TRUE')
    mkdirSync(join(this.folder, 'new'))
    writeFileSync(join(this.folder, 'index'), '')
    writeFileSync(join(this.folder, 'serial'), '01')
    const settings = [
      '[ca]\ndefault_ca=own\n[own]\npolicy=any\ndefault_md=sha256\nunique_subject=no\ncopy_extensions=copy',
      'database=index\nserial=serial\nnew_certs_dir=new\ncertificate=root.pem\nprivate_key=root.key\n[any]\ncommonName=supplied',
    ]
    writeFileSync(join(this.folder, 'settings'), settings.join('\n'))
  }

  /** A certificate for a name, good from and until so many days from now. */
  sign(name: string, { from = -1, until = 60.5, issuer }: SigningOptions = {}): Certificate {
    const alternative = `subjectAltName=DNS:${name}`
    this.openssl(
      'req',
      ...newKey(name),
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
      '-addext',
      alternative,
    )
    const signer = issuer === undefined ? [] : ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`]
    const times = ['-startdate', timeIn(from), '-enddate', timeIn(until)]
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-notext']
    this.openssl('ca', '-batch', '-config', 'settings', ...files, ...times, ...signer)
    return this.read(name)
  }

  /** A certificate that no authority has signed. */
  selfSigned(name: string, subject = `/CN=${name}`, constraints = 'CA:FALSE'): Certificate {
    const extensions = ['-addext', `basicConstraints=critical,${constraints}`]
    const names = ['-addext', `subjectAltName=DNS:${name}`]
    this.openssl(
      'req',
      '-x509',
      ...newKey(name),
      '-out',
      `${name}.pem`,
      '-subj',
      subject,
      ...extensions,
      ...names,
    )
    return this.read(name)
  }

  close(): void {
    rmSync(this.folder, { recursive: true })
  }

  private read(name: string): Certificate {
    const [key, cert] = [`${name}.key`, `${name}.pem`].map((file) =>
      readFileSync(join(this.folder, file), 'utf8'),
    )
    return { key: key ?? '', cert: cert ?? '' }
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' })
  }
}

interface SigningOptions {
  /** Days. */
  readonly from?: number
  readonly until?: number
  /** The name of a certificate that was made before; default: the root. */
  readonly issuer?: string
}

function newKey(name: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`]
}

/** 20261231235959Z */
function timeIn(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString()
  return `${time.slice(0, 19).replaceAll(/\D/g, '')}Z`
}
