import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { customerHost, hostName, keySet, text, type CustomerHost } from '../helpers/customer-host.js'
import { allowedAddress, hostedPlatform, published, setOf } from '../helpers/hosted-platform.js'
import { readElsewhere } from './read-elsewhere.js'

const host = customerHost()
const json = JSON.stringify({ keys: [published()] })
beforeEach(() => {
  host.answer = keySet([published()])
})

/** The set, made longer by white space. */
const ofLength = (length: number) => json.padEnd(length, ' ')

async function refused(options: Parameters<typeof hostedPlatform>[1] = {}) {
  const { send, causes } = hostedPlatform(host, options)
  expect(await send()).toBe('store_unavailable')
  return causes()
}
const why = (reason: string) => [`the key set cannot be read: ${reason}`]

it('takes the honest answer', async () => {
  expect(await hostedPlatform(host).send()).toBe('passes')
})

describe('what is too much', () => {
  it.each([true, false])(
    'ends at 65,537 bytes, whether their number is said before (%s) or not',
    async (isSaid) => {
      const answer =
        (length: number): CustomerHost['answer'] =>
        (_, res) => {
          if (isSaid) res.setHeader('Content-Length', length)
          else res.flushHeaders()
          res.end(ofLength(length))
        }
      host.answer = answer(65_537)
      expect(await refused()).toEqual(why('it answered more than 65536 bytes'))
      host.answer = answer(65_536)
      expect(await hostedPlatform(host).send()).toBe('passes')
    },
  )

  it('without an end is left after 64 KB', async () => {
    let sent = 0
    const closed = new Promise<void>((resolve) => {
      host.answer = (_, res) => {
        const chunk = Buffer.alloc(8_192, ' ')
        const more = () => {
          while (!res.destroyed && res.write(chunk)) sent += chunk.length
        }
        res.on('drain', more)
        res.on('close', resolve)
        more()
      }
    })
    expect(await refused()).toEqual(why('it answered more than 65536 bytes'))
    await closed
    // What was on the way in buffers of both sides comes on top.
    expect(sent).toBeLessThan(16_000_000)
  })

  it.each([
    ['headers of 10 KB', { 'X-Much': 'a'.repeat(10_000) }, 'it failed with HPE_HEADER_OVERFLOW'],
    ['a Content-Encoding', { 'Content-Encoding': 'gzip' }, 'it answered with a Content-Encoding'],
    ['one that changes nothing', { 'Content-Encoding': 'identity' }, 'it answered with a Content-Encoding'],
    ['an unknown one', { 'Content-Encoding': 'x' }, 'it answered with a Content-Encoding'],
  ])('is %s', async (_, headers, reason) => {
    host.answer = text(json, 200, headers)
    expect(await refused()).toEqual(why(reason))
  })

  it('is announced without an end (RFC 9110 section 15.2): it is left, long before its time is over', async () => {
    const closed = new Promise<void>((resolve) => {
      host.answer = (_, res) => {
        const more = () => {
          if (!res.destroyed) res.writeProcessing(() => setImmediate(more))
        }
        res.on('close', resolve)
        more()
      }
    })
    expect(await refused()).toEqual(why('it sent too much that is no answer'))
    await closed
  })

  it.each([
    [10, 'passes'],
    [30, 'store_unavailable'],
  ])('is announced %i times: %s', async (times, outcome) => {
    host.answer = (_, res) => {
      for (let time = 0; time < times; time++) res.writeProcessing()
      res.end(json)
    }
    expect(await hostedPlatform(host).send()).toBe(outcome)
  })

  it('is 100 MB in 100 KB of gzip: nothing is unpacked, with and without its name', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
    host.answer = text(bomb, 200, { 'Content-Encoding': 'gzip' })
    expect(await refused()).toEqual(why('it answered with a Content-Encoding'))
    host.answer = text(bomb.subarray(0, 60_000), 200)
    expect(await refused()).toEqual(why('it answered no JSON object'))
  })
})

describe('what takes too long', () => {
  const late = why('it did not answer within 300 ms')
  const timeoutMs = 300
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket))
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it.each<[string, CustomerHost['answer']]>([
    ['is no answer at all', () => undefined],
    [
      'is an answer without a body',
      (_, res) => {
        res.flushHeaders()
      },
    ],
    [
      'comes a byte at a time',
      (_, res) => {
        res.flushHeaders()
        const timer = setInterval(() => res.write(' '), 10)
        res.on('close', () => {
          clearInterval(timer)
        })
      },
    ],
    [
      'is only announced',
      (_, res) => {
        res.writeProcessing()
      },
    ],
  ])('%s', async (_, answer) => {
    host.answer = answer
    expect(await refused({ timeoutMs })).toEqual(late)
  })

  it('is a handshake of TLS that nobody takes part in', async () => {
    await new Promise<void>((resolve) => silent.listen(0, allowedAddress, resolve))
    const { port } = silent.address() as AddressInfo
    const { store, send, causes } = hostedPlatform(host, { timeoutMs, ports: [port] })
    store.sets.set('shop', setOf(`https://${hostName}:${port}/jwks.json`))
    expect(await send()).toBe('store_unavailable')
    expect(causes()).toEqual(late)
  })

  it('is a name server that does not answer', async () => {
    host.names.set(hostName, () => new Promise(() => undefined))
    expect(await refused({ timeoutMs })).toEqual(late)
    expect(host.tried).toBe(0)
  })
})

describe('who is not the host', () => {
  it('has a certificate for another name', async () => {
    host.names.set('keys.rival.example', [allowedAddress])
    const { store, send, causes } = hostedPlatform(host)
    store.sets.set('shop', setOf(`https://keys.rival.example:${host.port}/jwks.json`))
    expect(await send()).toBe('store_unavailable')
    expect(causes()).toEqual(why('it failed with ERR_TLS_CERT_ALTNAME_INVALID'))
    expect(host.asked).toEqual([])
  })

  it('has a certificate that nobody vouches for', async () => {
    host.trust(false)
    expect(await refused()).toEqual(why('it failed with UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
    expect(host.asked).toEqual([])
  })

  it('is not believed where the environment says that certificates do not matter', async () => {
    const variables = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(await readElsewhere(host, variables)).toBe('key_set.read')
    host.asked.length = 0
    host.trust(false)
    const [cause] = why('it failed with UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(await readElsewhere(host, variables)).toBe(cause)
    expect(host.asked).toEqual([])
  })

  it('has a name without an address', async () => {
    host.names.set(hostName, [])
    expect(await refused()).toEqual(why('its name has no address, or one that is not public'))
  })
})

describe('what is no key set', () => {
  const twice = json.replace('"kty"', '"kty":"EC","kty"')
  it.each<[string, string | Buffer, string]>([
    ['HTML', '<!doctype html><title>Not found</title>', 'it answered no JSON object'],
    ['nothing', '', 'it answered no JSON object'],
    ['a list', `[${json}]`, 'it answered no JSON object'],
    ['a text', '"keys"', 'it answered no JSON object'],
    ['a byte order mark before it', `\ufeff${json}`, 'it answered no JSON object'],
    ['UTF-16', Buffer.from(json, 'utf16le'), 'it answered no JSON object'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(json), Buffer.of(0xff)]),
      'it answered no JSON object',
    ],
    ['a member that comes twice', twice, 'it answered no JSON object'],
    ['the keys twice', json.replace('{"keys"', '{"keys":[],"keys"'), 'it answered no JSON object'],
    ['a member __proto__', json.replace('{"keys"', '{"__proto__":1,"keys"'), 'it answered no JSON object'],
    ['depth', json.replace(']}', `,${'['.repeat(17)}${']'.repeat(17)}]}`), 'it answered no JSON object'],
    ['width', JSON.stringify({ keys: Array.from({ length: 5_000 }, () => 0) }), 'it answered no JSON object'],
    ['half of it', json.slice(0, -10), 'it answered no JSON object'],
    ['JSON with something behind it', `${json};`, 'it answered no JSON object'],
    ['no keys', '{"key":[]}', 'it has no keys'],
    ['keys that are no list', '{"keys":{}}', 'it has no keys'],
  ])('is %s', async (_, body, reason) => {
    host.answer = text(body)
    expect(await refused()).toEqual(why(reason))
  })

  it.each([201, 204, 206, 304, 400, 401, 404, 429, 500, 503])('has the status %i', async (status) => {
    host.answer = text(status === 204 || status === 304 ? '' : json, status)
    expect(await refused()).toEqual(why(`it answered ${status}`))
  })

  it('has another status and does not end: the connection is closed at once', async () => {
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
    const closed = new Promise<void>((resolve) => {
      host.answer = (_, res) => {
        res.on('close', resolve)
        res.writeHead(404).write('{')
      }
    })
    expect(await refused()).toEqual(why('it answered 404'))
    await closed
  })

  it('is another protocol', async () => {
    host.answer = (req) => {
      req.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    }
    expect(await refused()).toEqual([expect.stringContaining('cannot be read: ')])
  })

  it('ends before its end', async () => {
    host.answer = (_, res) => {
      res.setHeader('Content-Length', json.length)
      res.write(json.slice(0, -1))
      setImmediate(() => res.destroy())
    }
    expect(await refused()).toEqual(why('it failed with ECONNRESET'))
  })
})
