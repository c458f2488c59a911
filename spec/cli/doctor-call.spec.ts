import { afterAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../lib/cli/run.js'
import { runNode } from '../helpers/child-process.js'
import { Authority } from './platform/certificates.js'
import { keyFile, temporaryFiles } from './consult.js'
import { audience, openPlatforms, pem } from './platform/platforms.js'

const file = temporaryFiles()
const url = 'https://platform.example'

/** What is said beside the report, and the exit code. Nothing is asked of anybody. */
async function call(...args: string[]) {
  const said: string[] = []
  const printed: string[] = []
  const exitCode = await run(['doctor', ...args], {
    stdin: (async function* () {
      await Promise.resolve()
      yield Buffer.from('')
    })(),
    isTyped: false,
    isShown: false,
    print: (line) => printed.push(line),
    say: (line) => said.push(line),
  })
  return { exitCode, said: said.join('\n'), printed: printed.join('\n') }
}

describe('a wrong call', () => {
  const key = file('key.json', keyFile())
  const bare = file('bare.pem', pem)
  const nameless = file('nameless.json', keyFile({ project_id: undefined, audience: undefined }))

  it.each<[string, string[], string]>([
    [
      'no platform',
      [],
      '--url is missing: a route of the platform that wants a token, such as https://platform.example/embed/portal',
    ],
    [
      'no address',
      ['--url', 'platform.example'],
      '--url must be an address that begins with https:// (or http:// on this machine)',
    ],
    [
      'a token for an address',
      ['--url', 'eyJhbGciOi.eyJwcm9q.c2lnbmF0'],
      '--url must be an address that begins with https:// (or http:// on this machine)',
    ],
    [
      'another scheme',
      ['--url', 'ftp://platform.example'],
      '--url must be an address that begins with https:// (or http:// on this machine)',
    ],
    [
      'a file',
      ['--url', 'file:///etc/passwd'],
      '--url must be an address that begins with https:// (or http:// on this machine)',
    ],
    [
      'http',
      ['--url', 'http://platform.example'],
      '--url must begin with https: http is for this machine alone',
    ],
    [
      'a user',
      ['--url', 'https://a:b@platform.example'],
      '--url must have no user, no query and no fragment',
    ],
    ['a query', ['--url', `${url}/?token=secret`], '--url must have no user, no query and no fragment'],
    ['a fragment', ['--url', `${url}/#secret`], '--url must have no user, no query and no fragment'],
    [
      'http for the token endpoint',
      ['--url', url, '--token-endpoint', 'http://shop.example/token'],
      '--token-endpoint must begin with https: http is for this machine alone',
    ],
    [
      'a page for an origin',
      ['--url', url, '--origin', 'https://shop.example/page'],
      '--origin is no origin such as https://shop.example, as browsers write it: without a path and a slash',
    ],
    [
      'null for an origin',
      ['--url', url, '--origin', 'null'],
      '--origin is no origin such as https://shop.example, as browsers write it: without a path and a slash',
    ],
    [
      'a project without a key',
      ['--url', url, '--project', 'shop'],
      '--project and --audience say what --key is for: give --key, too',
    ],
    [
      'an audience without a key',
      ['--url', url, '--audience', audience],
      '--project and --audience say what --key is for: give --key, too',
    ],
    [
      'a bare key without a project',
      ['--url', url, '--key', bare, '--audience', audience],
      '--project is missing, and the file of --key has none: the id that the platform gave your project',
    ],
    [
      'a bare key without an audience',
      ['--url', url, '--key', bare, '--project', 'shop'],
      "--audience is missing, and the file of --key has none: the platform's name, as its documentation gives it",
    ],
    [
      'a key file without names',
      ['--url', url, '--key', nameless],
      '--project is missing, and the file of --key has none: the id that the platform gave your project',
    ],
    [
      'another project than that of the file',
      ['--url', url, '--key', key, '--project', 'other'],
      '--project is not that of the key file; leave it out, or give the file that belongs to it',
    ],
    [
      'another audience than that of the file',
      ['--url', url, '--key', key, '--audience', 'other'],
      '--audience is not that of the key file; leave it out, or give the file that belongs to it',
    ],
  ])('is one with %s', async (_, args, sentence) => {
    const { exitCode, said, printed } = await call(...args)
    expect(said).toBe(`reverse-jwt doctor: ${sentence}\nSee: npx reverse-jwt doctor --help`)
    expect(printed).toBe('')
    expect(exitCode).toBe(2)
  })

  it.each<[string, string | Buffer | undefined, string]>([
    ['a folder', undefined, '--key cannot be read: this is a folder. Give the path of a file'],
    ['ten megabytes', Buffer.alloc(1e7, 'a'), '--key has more than 65536 bytes; is it the right file?'],
    ['an empty file', '', '--key is empty'],
  ])('cannot be answered with %s for the key', async (name, content, sentence) => {
    const path = content === undefined ? tmpdir() : file(name.replaceAll(' ', '-'), content)
    const { exitCode, said } = await call('--url', url, '--key', path)
    expect(said).toBe(`reverse-jwt doctor: ${sentence}`)
    expect(exitCode).toBe(3)
  })

  it('cannot be answered without the file', async () => {
    const { exitCode, said } = await call('--url', url, '--key', join(tmpdir(), 'not', 'there'))
    expect(said).toContain('--key cannot be read: there is no such file')
    expect(exitCode).toBe(3)
  })
})

it('leads to its page', async () => {
  const { printed, exitCode } = await call('--help')
  expect(printed).toContain('https://unpkg.com/reverse-jwt/docs/doctor.md')
  expect(exitCode).toBe(0)
})

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-program-'))
  const authority = new Authority()
  const certificate = authority.sign('localhost')
  const ca = join(folder, 'root.pem')
  writeFileSync(ca, authority.root.cert)
  afterAll(() => {
    authority.close()
    rmSync(folder, { recursive: true })
  })
  const platforms = openPlatforms(() => certificate)
  const program = (...args: string[]) => runNode(['dist/lib/cli/reverse-jwt.js', 'doctor', ...args])

  it('trusts the certificates that Node is told to trust, and no others', async () => {
    const args = ['--url', `${platforms.platform()}/embed/portal`, '--key', file('program.json', keyFile())]
    const untrusted = await program(...args)
    expect(untrusted.stdout).toContain('who signed the certificate is not known here')
    expect(untrusted).toMatchObject({ code: 1, stderr: '' })
    process.env.NODE_EXTRA_CA_CERTS = ca
    try {
      const trusted = await program(...args, '--json')
      expect(JSON.parse(trusted.stdout)).toMatchObject({ result: 'ok' })
      expect(trusted).toMatchObject({ code: 0, stderr: '' })
    } finally {
      delete process.env.NODE_EXTRA_CA_CERTS
    }
  })

  it('ends with 3 where nobody is there', async () => {
    const { code, stdout, stderr } = await program('--url', 'http://localhost:1')
    expect(stdout).toContain('nothing listens there (connection refused)')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  })
})
