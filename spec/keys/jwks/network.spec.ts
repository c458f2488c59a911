import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { resolve } from '../../../lib/keys/jwks/network.js'

/** A name server: of each name its A and AAAA records, as bytes. Undefined: it says nothing. */
const records = new Map<string, { four: number[][]; six: number[][] } | undefined>()
const asked: string[] = []
const server = createSocket('udp4')
let servers: string[]

server.on('message', (query, { port, address }) => {
  const labels: string[] = []
  let at = 12
  while (query[at] !== 0) {
    const length = query[at] ?? 0
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const name = labels.join('.')
  const type = query.readUInt16BE(at + 1)
  asked.push(`${name} ${type}`)
  const known = records.get(name)
  if (records.has(name) && known === undefined) return
  const data = (type === 1 ? known?.four : known?.six) ?? []
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(data.length, 6)
  header.writeUInt32BE(0, 8)
  const answers = data.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
  )
  server.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), port, address)
})
beforeAll(async () => {
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done))
  servers = [`127.0.0.1:${server.address().port}`]
})
afterAll(() => {
  server.close()
})

const six = [0x20, 1, ...Array.from({ length: 13 }, () => 0), 1]
const never = new AbortController().signal

it('finds all addresses of both families', async () => {
  records.set('both.example', {
    four: [
      [10, 0, 0, 1],
      [192, 0, 2, 1],
    ],
    six: [six],
  })
  expect(await resolve('both.example', never, servers)).toEqual(['10.0.0.1', '192.0.2.1', '2001::1'])
})

it('finds those of one family where there is no other', async () => {
  records.set('four.example', { four: [[192, 0, 2, 1]], six: [] })
  records.set('six.example', { four: [], six: [six] })
  expect(await resolve('four.example', never, servers)).toEqual(['192.0.2.1'])
  expect(await resolve('six.example', never, servers)).toEqual(['2001::1'])
})

it('fails where there is none', async () => {
  await expect(resolve('nowhere.example', never, servers)).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

it('asks for names as they are, and for none of this machine', async () => {
  asked.length = 0
  await expect(resolve('localhost', never, servers)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  expect(new Set(asked)).toEqual(new Set(['localhost 1', 'localhost 28']))
})

it('leaves off when it is told to', async () => {
  records.set('silent.example', undefined)
  const controller = new AbortController()
  const resolving = resolve('silent.example', controller.signal, servers)
  controller.abort()
  await expect(resolving).rejects.toMatchObject({ code: 'ECANCELLED' })
})
