import { describe, expect, it } from '@jest/globals'
import express from 'express'
import helmet from 'helmet'
import { framedBy } from '../../lib/index.js'
import { openServer, rawRequest } from '../helpers/server.js'

const customers = ['https://shop.example', 'https://bank.example', 'https://xn--mnchen-3ya.example:8443']
const serve = openServer()

/** All that the platform says of frames to who asks with these header lines. */
async function answerTo(lines: readonly string[]) {
  const app = express()
  app.use(helmet(), framedBy(new Set(customers)))
  app.get('/portal', (_req, res) => {
    res.send('portal')
  })
  const { headers } = await rawRequest(serve(app), lines)
  const policies = headers.filter(([name]) => name === 'content-security-policy').map(([, policy]) => policy)
  const directives = policies.join(',').split(/[;,]/)
  const ancestors = directives.map((text) => text.trim()).filter((text) => /^frame-ancestors/i.test(text))
  return { ancestors, text: JSON.stringify(headers) }
}

const namedIn = (text: string) => customers.filter((origin) => text.includes(new URL(origin).hostname))
const none = ["frame-ancestors 'none'"]

it('gets the one origin that it says to come from: the page of a customer passes', async () => {
  for (const origin of customers) {
    for (const referer of [origin, `${origin}/`, `${origin}/a/b?c=d`]) {
      const { ancestors, text } = await answerTo([`Referer: ${referer}`, 'Sec-Fetch-Site: cross-site'])
      expect(ancestors).toEqual([`frame-ancestors ${origin}`])
      expect(namedIn(text)).toEqual([origin])
    }
  }
})

describe('an answer to any other names no customer, and lets nobody frame', () => {
  it.each([
    ['nothing', []],
    ['an empty Referer', ['Referer:']],
    ['a stranger', ['Referer: https://evil.example/']],
    ['null', ['Referer: null']],
    ['a wildcard', ['Referer: *']],
    ['a wildcard for hosts', ['Referer: https://*/']],
    ['a wildcard for subdomains', ['Referer: https://*.example/']],
    ['a suffix', ['Referer: https://shop.example.evil.example/']],
    ['a part', ['Referer: https://op.example/']],
    ['a user', ['Referer: https://shop.example@evil.example/']],
    ['a backslash', ['Referer: https://evil.example\\@shop.example/']],
    ['another scheme', ['Referer: http://shop.example/']],
    ['another port', ['Referer: https://shop.example:444/']],
    ['a blob', ['Referer: blob:https://shop.example/0b9c7a52']],
    ['a script', ['Referer: javascript://shop.example/%0aalert(1)']],
    ['a quarter of an address', ['Referer: //shop.example/']],
    ['a directive', ['Referer: https://evil.example/; frame-ancestors *']],
    ['a directive in the host', ['Referer: https://shop.example;frame-ancestors%20*/']],
    ['two in one', ['Referer: https://shop.example/, https://bank.example/']],
    ['two', ['Referer: https://shop.example/', 'Referer: https://bank.example/']],
    ['two with one in capitals', ['referer: https://shop.example/', 'REFERER: https://evil.example/']],
    ['an Origin', ['Origin: https://shop.example', 'Sec-Fetch-Site: cross-site']],
    ['the other spelling', ['Referrer: https://shop.example/']],
    ['a frame of the same site', ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Dest: iframe']],
    ['no page at all', ['Sec-Fetch-Site: none', 'Sec-Fetch-Dest: document']],
  ])('%s', async (_, lines) => {
    const { ancestors, text } = await answerTo(lines)
    expect(ancestors).toEqual(none)
    expect(namedIn(text)).toEqual([])
    expect(text).not.toMatch(/frame-ancestors[^;"]*\*/)
  })
})

it('names no customer within the frame either', async () => {
  for (const referer of ['https://platform.example/portal', 'https://shop.example/']) {
    const { ancestors, text } = await answerTo([`Referer: ${referer}`, 'Sec-Fetch-Site: same-origin'])
    expect([ancestors, namedIn(text)]).toEqual([[], []])
  }
})
