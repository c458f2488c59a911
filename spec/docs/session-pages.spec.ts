import { expect, it } from '@jest/globals'
import { AuthenticationError, eventLine } from '../../lib/index.js'
import type { SessionVerifierEvent } from '../../lib/session/index.js'
import { openServer, rawText } from '../helpers/server.js'
import { issuerName, issuing, mintSession, now, pageOrigin, serviceOf } from '../session/platform.js'
import { blocksOf, read, sectionOf, tablesOf } from './markdown.js'

const serve = openServer()
const page = read('docs/errors/session_revoked.md')
const shownId = '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11'

async function refused() {
  const events: SessionVerifierEvent[] = []
  const service = serviceOf({
    issuer: issuerName,
    keys: issuing().issuer,
    revocations: { isRevoked: () => true },
    clock: () => now,
    onEvent: (event) => events.push(event),
  })
  const session = mintSession({ claims: { jti: '6f1c2e80-4c3f-4d0b-9a55-0d6f2b8f7a10' } })
  const lines = [
    'GET /orders HTTP/1.1',
    'Host: platform.example',
    'Connection: close',
    `Origin: ${pageOrigin}`,
    `Authorization: Bearer ${session}`,
  ]
  const [head = '', body = ''] = (await rawText(serve(service), [...lines, '', ''].join('\r\n'))).split(
    '\r\n\r\n',
  )
  const shown = head
    .split('\r\n')
    .filter((line) => !/^(?:X-Powered-By|Date|Connection|Content-Length|ETag):/.test(line))
  const problem = { ...(JSON.parse(body) as object), instance: `urn:uuid:${shownId}` }
  return { answer: [...shown, '', JSON.stringify(problem, null, 2)].join('\n'), event: events[0] }
}

it('shows the answer that a caller gets', async () => {
  const { answer } = await refused()
  expect(blocksOf(page, 'http')).toEqual([answer])
})

it('shows the event that the service gets', async () => {
  const { event } = await refused()
  expect(blocksOf(sectionOf(page, '## What the platform sees'), 'text')).toEqual([
    eventLine({ ...event, id: shownId, duration: 0.0007 } as never),
  ])
})

it('says of the code what lib says', () => {
  const { status, error, retry } = new AuthenticationError('session_revoked')
  expect(page.split('\n')[2]).toBe(`> \`${status}\` · OAuth error \`${String(error)}\` · retry: \`${retry}\``)
})

it('is listed among the codes', () => {
  const rows = tablesOf(read('docs/errors/README.md')).flat()
  expect(rows.filter(([code]) => code === '[session_revoked](session_revoked.md)')).toHaveLength(1)
})
