import { describe, expect, it } from '@jest/globals'
import type { ServerResponse } from 'node:http'
import { beforeHeaders } from '../../lib/http/before-headers.js'
import { openServer, rawRequest } from '../helpers/server.js'

const serve = openServer()

/** The answer of a handler, where `x-seen` is added to with each change. */
async function answerOf(write: (res: ServerResponse) => unknown) {
  const { status, headers, body } = await rawRequest(
    serve((_req, res) => {
      res.sendDate = false
      res.setHeader('x-set', 'early')
      beforeHeaders(res, () => {
        res.setHeader(
          'x-seen',
          [res.getHeader('x-seen') ?? [], String(res.getHeader('x-set'))].flat() as string[],
        )
      })
      write(res)
    }),
    [],
  )
  const ours = headers.filter(([name]) => name.startsWith('x-'))
  return { status, headers: ours, body }
}

const seen = (...values: string[]) => values.map((value) => ['x-seen', value])

it.each<[name: string, write: (res: ServerResponse) => unknown]>([
  ['end', (res) => res.end()],
  ['write', (res) => res.write('a') && res.end()],
  ['flushHeaders', (res) => (res.flushHeaders(), res.end())],
  ['writeHead', (res) => res.writeHead(200).end()],
])('is called once before %s writes the headers', async (_, write) => {
  expect((await answerOf(write)).headers).toEqual([['x-set', 'early'], ...seen('early')])
})

describe('headers that are given to writeHead', () => {
  it.each<[name: string, given: unknown]>([
    ['an object', { 'X-Set': 'late' }],
    ['an object with a list', { 'x-set': ['late'] }],
    ['a flat list', ['X-Set', 'late']],
    ['a list of pairs', [['X-Set', 'late']]],
  ])('are known before, and win: %s', async (_, given) => {
    for (const rest of [[given], ['Fine', given], [undefined, given]]) {
      const { headers } = await answerOf((res) => res.writeHead(201, ...(rest as [])).end())
      expect(headers.map(([name, value]) => [name.toLowerCase(), value])).toEqual([
        ['x-set', 'late'],
        ...seen('late'),
      ])
    }
  })

  it('are all kept, where a list has a name twice', async () => {
    const { headers } = await answerOf((res) =>
      res.writeHead(200, ['x-a', '1', 'X-Set', 'b', 'X-A', '2']).end(),
    )
    expect(headers).toEqual(expect.arrayContaining([['x-a', '1'], ['x-a', '2'], ...seen('b')]))
  })

  it('may be none', async () => {
    for (const rest of [[], [undefined], [{}], [[]], ['Fine']]) {
      const { headers } = await answerOf((res) => res.writeHead(200, ...(rest as [])).end())
      expect(headers).toEqual([['x-set', 'early'], ...seen('early')])
    }
  })
})

it('keeps the status and its message', async () => {
  expect(await answerOf((res) => res.writeHead(418, 'Teapot').end('tea'))).toMatchObject({
    status: 418,
    body: expect.stringContaining('tea') as unknown,
  })
})

it('leaves what Node says of a second writeHead, and of wrong headers', async () => {
  const codes: unknown[] = []
  const attempt = (act: () => unknown) => {
    try {
      act()
    } catch (error) {
      codes.push((error as { code?: unknown }).code)
    }
  }
  const { headers } = await answerOf((res) => {
    attempt(() => res.writeHead(200, { 'x y': '1' }))
    attempt(() => res.writeHead(200, { 'x-y': 'a\r\nb' }))
    attempt(() => res.writeHead(200, ['x-y']))
    res.writeHead(200)
    attempt(() => res.writeHead(200, { 'x-set': 'again' }))
    res.end()
  })
  expect(codes).toEqual([
    'ERR_INVALID_HTTP_TOKEN',
    'ERR_INVALID_CHAR',
    'ERR_HTTP_INVALID_HEADER_VALUE',
    'ERR_HTTP_HEADERS_SENT',
  ])
  expect(headers).toEqual([['x-set', 'early'], ...seen('early')])
})

it('calls both, where there are two, the later one first', async () => {
  const { headers } = await answerOf((res) => {
    beforeHeaders(res, () => res.setHeader('x-set', 'second'))
    res.end()
  })
  expect(headers).toEqual([['x-set', 'second'], ...seen('second')])
})
