import { expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer, type TLSSocket } from 'node:tls'
import { certificateFiles, customerHost, hostName } from '../helpers/customer-host.js'
import { hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'

const host = customerHost()
const json = JSON.stringify({ keys: [published()] })

async function readFrom(port: number) {
  const { store, send, causes } = hostedPlatform(host, { ports: [port] })
  store.sets.set('shop', setOf(`https://${hostName}:${port}/jwks.json`))
  return { outcome: await send(), causes: causes() }
}

/** A server that says so many tickets before its answer (RFC 8446 section 4.6.1), as no server of Node can. */
async function sendTickets(count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-tickets-'))
  await writeFile(join(folder, 'jwks.json'), json)
  const { key, cert } = certificateFiles
  const options = ['-accept', '127.0.0.1:0', '-key', key, '-cert', cert, '-num_tickets', `${count}`, '-WWW']
  const server = spawn('openssl', ['s_server', ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(server, 'exit')
  try {
    for await (const line of createInterface(server.stdout)) {
      const port = /^ACCEPT .*:(\d+)$/.exec(line)?.[1]
      if (port !== undefined) return await readFrom(Number(port))
    }
    throw new Error('the server did not say its port')
  } finally {
    server.kill()
    await ended
    await rm(folder, { recursive: true })
  }
}

it('two tickets, as servers send them: my token passes', async () => {
  expect(await sendTickets(2)).toEqual({ outcome: 'passes', causes: [] })
})

it('a thousand tickets: the read ends before the answer', async () => {
  expect(await sendTickets(1_000)).toEqual({
    outcome: 'store_unavailable',
    causes: ['the key set cannot be read: it sent too much that is no answer'],
  })
})

/** A server of TLS 1.2 that does something when it is asked, and then answers. */
async function answerAfter(doing: (socket: TLSSocket) => Promise<void>) {
  const files = { key: readFileSync(certificateFiles.key), cert: readFileSync(certificateFiles.cert) }
  const server = createServer({ ...files, maxVersion: 'TLSv1.2' }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      void doing(socket).then(() => socket.end(`HTTP/1.1 200 OK\r\n\r\n${json}`))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await readFrom((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}

it('an answer by TLS 1.2: my token passes', async () => {
  expect(await answerAfter(() => Promise.resolve())).toEqual({ outcome: 'passes', causes: [] })
})

it('another handshake in the same connection, which could be followed by more: none is made', async () => {
  const made: unknown[] = []
  const answer = await answerAfter(
    (socket) =>
      new Promise((resolve) => {
        socket.renegotiate({}, (error) => {
          made.push(error)
          resolve()
        })
      }),
  )
  expect(answer).toEqual({
    outcome: 'store_unavailable',
    causes: [expect.stringContaining('the key set cannot be read: it failed')],
  })
  expect(made).not.toContain(null)
})
