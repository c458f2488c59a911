import { describe, expect, it } from '@jest/globals'
import {
  tokenEndpoint,
  type TokenEndpointEvent,
  type TokenEndpointOptions,
} from '../../lib/customer/index.js'
import { refusals, type TokenRefusalCode } from '../../lib/customer/endpoint/refusals.js'
import { eventLine } from '../../lib/index.js'
import { refusals as refusalsOfPlatform } from '../../lib/http/refusals.js'
import { openServer, rawText } from '../helpers/server.js'
import { blocksOf, read, sectionOf, tablesOf } from './markdown.js'

const serve = openServer()

/** One difference from the honest request, or another option. */
interface Difference {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly options?: Partial<TokenEndpointOptions<never>>
}

// prettier-ignore
const differences: Readonly<Record<TokenRefusalCode, Difference>> = {
  method_not_allowed: { method: 'GET' },
  foreign_origin: { headers: { Origin: 'https://blog.shop.example', 'Sec-Fetch-Site': 'same-site' } },
  content_type_unsupported: { headers: { 'Content-Type': 'text/plain' } },
  request_malformed: { body: '{"scopes":"portal:read"}' },
  no_session: { options: { authorize: () => undefined } },
  token_denied: { options: { authorize: () => false } },
  rate_limited: { options: { limit: () => false } },
}
const codes = Object.keys(refusals) as TokenRefusalCode[]
/** The platform has a code of this name, too: its page is about both. */
const codesOfTheirOwn = codes.filter((code) => !Object.hasOwn(refusalsOfPlatform, code))

async function provoke({ method = 'POST', headers = {}, body = '{}', options = {} }: Difference) {
  const events: TokenEndpointEvent[] = []
  const endpoint = tokenEndpoint({
    signer: { sign: () => Promise.reject(new Error('no token may come out')) },
    authorize: () => ({ subject: 'user-7' }),
    onEvent: (event) => events.push(event),
    ...options,
  })
  const all = {
    Host: 'shop.example',
    Origin: 'https://shop.example',
    'Sec-Fetch-Site': 'same-origin',
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    Connection: 'close',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const server = serve((req, res) => {
    endpoint(req as never, res)
  })
  const answer = await rawText(server, [`${method} /token HTTP/1.1`, ...lines, '', body].join('\r\n'))
  const [head = '', sent = ''] = answer.split('\r\n\r\n')
  const shown = head
    .split('\r\n')
    .filter((line) => !/^(?:Date|Connection|Content-Length|Transfer-Encoding):/.test(line))
  const problem = JSON.parse(sent) as { status: number; retry: string; detail: string }
  const [event] = events
  if (event === undefined) throw new Error('no event')
  return {
    problem,
    answer: [...shown, '', JSON.stringify(problem, null, 2)].join('\n'),
    event: eventLine({ ...event, time: 1_790_000_000 } as TokenEndpointEvent),
  }
}

it('docs/errors/README.md lists each code of the token endpoint once, in the order of its checks', async () => {
  const [, rows = []] = tablesOf(read('docs/errors/README.md'))
  const expected: string[][] = []
  for (const code of codes) {
    const { problem } = await provoke(differences[code])
    expected.push([`[${code}](${code}.md)`, String(problem.status), `\`${problem.retry}\``])
  }
  expect(rows.map((row) => row.slice(0, 3))).toEqual(expected)
})

describe.each(codesOfTheirOwn)('docs/errors/%s.md', (code) => {
  const page = read(`docs/errors/${code}.md`)

  it('begins with the code, and shows the answer and the event', async () => {
    const { problem, answer, event } = await provoke(differences[code])
    const [title, , facts] = page.split('\n')
    expect(title).toBe(`# ${code}`)
    expect(facts).toBe(
      `> \`${problem.status}\` · at the customer's token endpoint · retry: \`${problem.retry}\``,
    )
    expect(blocksOf(page, 'http')).toEqual([answer])
    expect(blocksOf(sectionOf(page, '## What the customer sees'), 'text')).toEqual([event])
  })
})

it('docs/errors/request_malformed.md shows what a token endpoint answers', async () => {
  const { problem, event } = await provoke(differences.request_malformed)
  const section = sectionOf(read('docs/errors/request_malformed.md'), '## At the token endpoint')
  expect(section).toContain(problem.detail)
  expect(blocksOf(section, 'text')).toEqual([event])
})
