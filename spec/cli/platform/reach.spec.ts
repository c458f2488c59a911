import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer, type Server as TlsServer, type TlsOptions } from 'node:tls'
import { Authority, type Certificate } from './certificates.js'
import { consult, keyFile, lineOf, steady, temporaryFiles } from '../consult.js'
import { openPlatforms } from './platforms.js'

const file = temporaryFiles()
const key = file('key.json', keyFile())
let authority: Authority
beforeAll(() => {
  authority = new Authority()
})
afterAll(() => {
  authority.close()
})

const failing = (code: string) => () => Promise.reject(Object.assign(new Error('no'), { code }))
const url = 'https://platform.example/embed/portal'

describe('dns', () => {
  it.each([
    ['ENOTFOUND', 'there is no such name', 'Is the name in the URL right?'],
    ['EAI_AGAIN', 'no name server answered', 'Is this machine connected to a network?'],
  ])('fails for %s, and nothing was found out', async (code, text, fix) => {
    const sum = await consult(['--url', url], { lookup: failing(code) })
    expect(lineOf('dns', sum)).toBe(`FAIL  dns             platform.example: ${text}\n      fix: ${fix}`)
    expect(sum.exitCode).toBe(3)
  })

  it('fails for a name without an address', async () => {
    const sum = await consult(['--url', url], { lookup: () => Promise.resolve([]) })
    expect(lineOf('dns', sum)).toContain('FAIL  dns             platform.example: it has no address')
    expect(sum.exitCode).toBe(3)
  })

  it('fails where no name server answers in time', async () => {
    const lookup = () => new Promise<never>(() => undefined)
    const sum = await consult(['--url', url], { lookup, timeoutMs: 50 })
    expect(lineOf('dns', sum)).toContain('platform.example: nothing answered within 0.05 s')
    expect(sum.exitCode).toBe(3)
  })

  it('says how many addresses there are', async () => {
    const addresses = ['203.0.113.7', '203.0.113.8', '2001:db8::1'].map((address) => ({ address }))
    const sum = await consult(['--url', url], { lookup: () => Promise.resolve(addresses), timeoutMs: 50 })
    expect(lineOf('dns', sum)).toBe('ok    dns             platform.example is 203.0.113.7 and 2 more')
  })

  it('says nothing of an address in the place of a name', async () => {
    const sum = await consult(['--url', 'http://[::1]:1'])
    expect(lineOf('dns', sum)).toBe('skip  dns             ::1 is an address, not a name')
  })

  it('stops all that needs the platform, and nothing else', async () => {
    const args = ['--url', url, '--key', key, '--token-endpoint', 'http://localhost:1/token']
    const { out, exitCode } = await consult(args, { lookup: failing('ENOTFOUND') })
    expect(steady(out)).toBe(`\
FAIL  dns             platform.example: there is no such name
      fix: Is the name in the URL right?
skip  tls             the platform did not answer
skip  metadata        the platform did not answer
skip  clock           the platform did not answer
skip  jwks            the platform did not answer
ok    key-file        ES256, project "shop", audience https://platform.example, kid THUMBPRINT
skip  key             the platform did not answer
skip  origin          give --origin, the origin of your page: https://shop.example
skip  cors            the platform did not answer
skip  refusal         the platform did not answer
FAIL  token-endpoint  your token endpoint: nothing listens there (connection refused)
      fix: Does it run, and is the port right?
2 FAIL, 0 warn, 8 skip of 11 checks`)
    // Something else is wrong.
    expect(exitCode).toBe(1)
  })

  it('says in JSON that nothing was found out', async () => {
    const sum = await consult(['--url', url, '--json'], { lookup: failing('ENOTFOUND') })
    expect(JSON.parse(sum.out)).toMatchObject({
      url: 'https://platform.example/embed/portal',
      result: 'unknown',
      checks: [
        {
          check: 'dns',
          result: 'FAIL',
          text: 'platform.example: there is no such name',
          fix: 'Is the name in the URL right?',
        },
        { check: 'tls', result: 'skip', text: 'the platform did not answer' },
        ...Array.from({ length: 9 }, () => expect.objectContaining({ result: 'skip' }) as object),
      ],
    })
    expect(sum.exitCode).toBe(3)
  })
})

/** A server of one test, which does not speak HTTP. */
async function listening(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const silent = (): Server => createPlainServer((socket) => socket.on('error', () => undefined))
const tlsServer = (options: TlsOptions): TlsServer =>
  createHttpsServer(options, (_req, res) => res.writeHead(404).end()).on('tlsClientError', () => undefined)
/** So that the time is the server's alone. */
const atOnce = () => Promise.resolve([{ address: '127.0.0.1' }])

describe('tls', () => {
  const ask = async (options: TlsOptions) => {
    let line = ''
    let exitCode = -1
    await listening(tlsServer(options), async (port) => {
      const args = ['--url', `https://localhost:${port}`]
      const sum = await consult(args, { ca: authority.root.cert })
      line = lineOf('tls', sum)
      exitCode = sum.exitCode
    })
    return { line, exitCode }
  }

  it('tells the name, the version, and for how long the certificate is good', async () => {
    const { line } = await ask(authority.sign('localhost'))
    expect(line).toBe('ok    tls             localhost, TLS 1.3, certificate good for N d')
    const { line: older } = await ask({ ...authority.sign('localhost'), maxVersion: 'TLSv1.2' })
    expect(older).toBe('ok    tls             localhost, TLS 1.2, certificate good for N d')
  })

  it('counts the days', async () => {
    await listening(tlsServer(authority.sign('localhost', { until: 14.5 })), async (port) => {
      const args = ['--url', `https://localhost:${port}`]
      const { out } = await consult(args, { ca: authority.root.cert })
      expect(out).toContain('ok    tls             localhost, TLS 1.3, certificate good for 14 d')
    })
  })

  it('warns of a certificate that ends soon', async () => {
    const { line } = await ask(authority.sign('localhost', { until: 13.5 }))
    expect(line).toBe(`\
warn  tls             localhost, TLS 1.3, certificate good for N d
      fix: The platform should renew its certificate now, and find out why no program has done it`)
  })

  it.each<[string, () => Certificate, string]>([
    [
      'has expired',
      () => authority.sign('localhost', { from: -9, until: -1 }),
      'the certificate has expired',
    ],
    [
      'is not valid yet',
      () => authority.sign('localhost', { from: 1, until: 9 }),
      'the certificate is not valid yet',
    ],
    ['is for another name', () => authority.sign('other.example'), 'the certificate is for another name'],
    [
      'is signed by itself',
      () => authority.selfSigned('localhost'),
      'the certificate is signed with its own key, not by an authority',
    ],
    [
      'comes without the one between it and its root',
      () => {
        authority.selfSigned('between')
        return authority.sign('localhost', { issuer: 'between' })
      },
      'who signed the certificate is not known here, or a certificate between this one and its root is missing',
    ],
  ])('fails for a certificate that %s', async (_, certificate, text) => {
    const { line, exitCode } = await ask(certificate())
    expect(line).toContain(`FAIL  tls             localhost: ${text}\n      fix: `)
    expect(exitCode).toBe(1)
  })

  it('fails without TLS 1.2', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const { line, exitCode } = await ask({ ...authority.sign('localhost'), ...old })
    expect(line).toBe(`\
FAIL  tls             localhost: there is no TLS 1.2 or newer
      fix: The platform must allow TLS 1.2 and 1.3`)
    expect(exitCode).toBe(1)
  })

  it('fails for what does not speak TLS', async () => {
    const server = createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await listening(server, async (port) => {
      const sum = await consult(['--url', `https://localhost:${port}`])
      expect(lineOf('tls', sum)).toContain('localhost: what answers there does not speak TLS')
      expect(sum.exitCode).toBe(1)
    })
  })

  it('asks nothing of a platform that has not proven its name', async () => {
    const platforms = authority.sign('other.example')
    let asked = 0
    const server = createServer(platforms, () => asked++).on('tlsClientError', () => undefined)
    await listening(server, async (port) => {
      const args = ['--url', `https://localhost:${port}/embed/portal`, '--key', key]
      const sum = await consult(args, { ca: authority.root.cert })
      expect(lineOf('key', sum)).toBe(
        'skip  key             nothing is asked of a platform before it has proven its name',
      )
      expect(asked).toBe(0)
    })
  })

  it.each(['https', 'http'])('finds nothing out where nobody listens, by %s', async (scheme) => {
    const sum = await consult(['--url', `${scheme}://localhost:1`])
    const check = scheme === 'https' ? 'tls' : 'metadata'
    expect(lineOf(check, sum)).toContain('nothing listens there (connection refused)')
    expect(sum.exitCode).toBe(3)
  })

  it.each(['https', 'http'])(
    'finds nothing out where somebody listens and says nothing, by %s',
    async (scheme) => {
      await listening(silent(), async (port) => {
        const sum = await consult(['--url', `${scheme}://localhost:${port}`], {
          lookup: atOnce,
          timeoutMs: 100,
        })
        const check = scheme === 'https' ? 'tls' : 'metadata'
        expect(lineOf(check, sum)).toContain('nothing answered within 0.1 s')
        expect(sum.exitCode).toBe(3)
      })
    },
  )

  it.each(['https', 'http'])('finds nothing out where somebody hangs up, by %s', async (scheme) => {
    await listening(
      createPlainServer((socket) => socket.destroy()),
      async (port) => {
        const sum = await consult(['--url', `${scheme}://localhost:${port}`])
        const check = scheme === 'https' ? 'tls' : 'metadata'
        expect(lineOf(check, sum)).toContain('the connection was closed before an answer came')
        expect(sum.exitCode).toBe(3)
      },
    )
  })

  it('finds out that somebody does not speak HTTP', async () => {
    const server = createPlainServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
    await listening(server, async (port) => {
      const sum = await consult(['--url', `http://localhost:${port}`])
      expect(lineOf('metadata', sum)).toContain('what answers there does not speak HTTP')
      expect(sum.exitCode).toBe(1)
    })
  })
})

describe('a platform by TLS', () => {
  let certificate: Certificate
  beforeAll(() => {
    certificate = authority.sign('localhost')
  })
  const platforms = openPlatforms(() => certificate)

  it('is asked by TLS all the way', async () => {
    const args = [
      '--url',
      `${platforms.platform()}/embed/portal`,
      '--key',
      key,
      '--origin',
      'https://shop.example',
    ]
    const sum = await consult(args, { ca: authority.root.cert })
    expect(steady(sum.out)).toContain('0 FAIL, 0 warn, 1 skip of 11 checks')
    expect(sum.exitCode).toBe(0)
  })
})
