import { describe, expect, it } from '@jest/globals'
import type { Server } from 'node:http'
import { refusals as refusalsOfTheEndpoint } from '../../lib/customer/endpoint/refusals.js'
import { AuthenticationError, MemoryReplayStore, StoreError, type VerifierEvent } from '../../lib/index.js'
import { mint, now } from '../helpers/mint.js'
import { appOf, platform, rivalKeys, shop } from '../helpers/platform.js'
import { every, provocations, type Provocation } from '../helpers/provocations.js'
import type { Code } from '../helpers/refusals.js'
import { openServer, rawText } from '../helpers/server.js'
import { blocksOf, codesOf, filesBelow, read, sectionOf, tablesOf } from './markdown.js'

const serve = openServer()
const pageOf = (code: Code) => read(`docs/errors/${code}.md`)

/** What lib's own table says, in the form that the tables of the pages have. */
function factsOf(code: Code): string[] {
  const outage = code === 'store_unavailable' || code === 'replay_store_full'
  const { status, error, retry } = outage ? new StoreError(code) : new AuthenticationError(code)
  return [String(status), error === undefined ? 'none' : `\`${error}\``, `\`${retry}\``]
}

interface Outcome {
  /** The last answer, as the pages show it. */
  readonly answer: string
  /** The last event, as a line of a log. */
  readonly event: string | undefined
}

async function provoke({ authorizations, options, projects }: Provocation): Promise<Outcome> {
  const { events, options: usual } = platform({}, projects)
  const server = serve(appOf({ ...usual, ...options?.() }))
  let answer = ''
  for (const authorization of authorizations()) answer = await ask(server, authorization)
  const event = events.findLast(({ type }) => type !== 'accepted')
  return { answer: asShown(answer), event: event && eventAsShown(event) }
}

function ask(server: Server, authorization: string | undefined): Promise<string> {
  const credentials = authorization === undefined ? [] : [`Authorization: ${authorization}`]
  const lines = ['GET /portal HTTP/1.1', 'Host: platform.example', 'Connection: close', ...credentials]
  return rawText(server, [...lines, '', ''].join('\r\n'))
}

/** Without what Node and Express add to every answer, and with the body in lines. */
function asShown(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const lines = head
    .split('\r\n')
    .filter((line) => !/^(?:X-Powered-By|Date|Connection|Content-Length|Transfer-Encoding):/.test(line))
  const problem = { ...(JSON.parse(body) as object), instance: `urn:uuid:${shownId}` }
  expect(body).toMatch(/"instance":"urn:uuid:[\da-f-]{36}"/)
  return [...lines, '', JSON.stringify(problem, null, 2)].join('\n')
}

/** With the id, the times that it took and the jti that the pages show: these differ each time. */
function eventAsShown(event: VerifierEvent): string {
  const { storeSeconds = {} } = event
  const seconds = Object.keys(storeSeconds).map((store) => [store, 0.0003])
  return JSON.stringify({
    ...event,
    id: shownId,
    duration: 0.0007,
    ...(seconds.length > 0 && { storeSeconds: Object.fromEntries(seconds) as object }),
    ...('jti' in event && { jti: '6f1c2e80-4c3f-4d0b-9a55-0d6f2b8f7a10' }),
  })
}

const shownId = '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11'

/** The one answer that is vague: what the platform reads in `cause`, and how that comes about. */
const vague: Readonly<Record<string, Partial<Provocation>>> = {
  'unknown project or key': { authorizations: () => [`Bearer ${mint({ header: { kid: 'key-2024' } })}`] },
  'the key is revoked': { projects: [shopWithKey({ revokedAt: now })] },
  'the key is not active yet': { projects: [shopWithKey({ notBefore: now + 1 })] },
  'the key has expired': { projects: [shopWithKey({ notAfter: now })] },
  'the algorithm is not that of the key': {
    authorizations: () => [`Bearer ${mint({ alg: 'RS256', header: { kid: 'key-es256' } })}`],
  },
  'the signature does not match': {
    authorizations: () => [`Bearer ${mint({ privateKey: rivalKeys.privateKey })}`],
  },
  'the key store returned a key of another name': {
    options: () => {
      const { keyStore } = platform().options
      return { keyStore: { find: () => keyStore.find('rival', 'key-rival') } }
    },
  },
}

function shopWithKey(moments: { revokedAt?: number; notBefore?: number; notAfter?: number }) {
  const { keys, ...project } = shop()
  return { ...project, keys: keys.map((key) => ({ ...key, ...moments })) }
}

const defaultVague: Provocation = {
  ...provocations.token_not_verified,
  authorizations: () => [`Bearer ${mint()}`],
}
const defaultFull = provocations.replay_store_full

/** Where a page shows other lines than the one of its answer. */
const shownEvents: Partial<Record<Code, readonly Provocation[]>> = {
  token_not_verified: ['unknown project or key', 'the key is revoked', 'the signature does not match'].map(
    (cause) => ({ ...defaultVague, ...vague[cause] }),
  ),
  replay_store_full: [
    {
      ...defaultFull,
      options: () => ({
        replayStore: new MemoryReplayStore({ capacity: 10, projectQuota: 1 }),
      }),
    },
    defaultFull,
  ],
}

describe('docs/errors', () => {
  it('has a page for each code, and no other page', () => {
    const others = ['session_revoked', ...Object.keys(refusalsOfTheEndpoint)]
    const codes = new Set([...every.map(([code]) => code), ...others])
    const pages = Array.from(codes, (code) => `docs/errors/${code}.md`)
    expect(filesBelow('docs/errors').sort()).toEqual(['docs/errors/README.md', ...pages].sort())
  })

  it('lists each code once, with what lib says of it and a link to its page', () => {
    const [rows = []] = tablesOf(read('docs/errors/README.md'))
    const listed = rows.map(([code, status, error, retry]) => [code, status, error, retry])
    const expected = every.map(([code]) => [`[${code}](${code}.md)`, ...factsOf(code)])
    expect(listed.sort()).toEqual(expected.sort())
  })
})

describe.each(every)('docs/errors/%s.md', (code, provocation) => {
  it('begins with the code and what lib says of it', () => {
    const [title, , facts] = pageOf(code).split('\n')
    const [status = '', error = '', retry = ''] = factsOf(code)
    expect(title).toBe(`# ${code}`)
    expect(facts).toBe(`> \`${status}\` · OAuth error ${error} · retry: ${retry}`)
  })

  it('shows the answer that a caller gets', async () => {
    const { answer } = await provoke(provocation)
    expect(blocksOf(pageOf(code), 'http')).toEqual([answer])
  })

  it('shows the events that the platform gets', async () => {
    const lines: string[] = []
    for (const shown of shownEvents[code] ?? [provocation]) {
      const { event } = await provoke(shown)
      if (event !== undefined) lines.push(event)
    }
    const [block] = blocksOf(sectionOf(pageOf(code), '## What the platform sees'), 'text')
    expect(block?.split('\n') ?? []).toEqual(lines)
  })
})

describe('docs/errors/token_not_verified.md', () => {
  it('lists each cause that is hidden from the caller', async () => {
    const [rows = []] = tablesOf(pageOf('token_not_verified'))
    expect(rows.map(([cause = '']) => codesOf(cause)[0])).toEqual(Object.keys(vague))
    for (const [cause, provocation] of Object.entries(vague)) {
      const { event } = await provoke({ ...defaultVague, ...provocation })
      expect(JSON.parse(event ?? '{}')).toMatchObject({ code: 'token_not_verified', cause })
    }
  })
})
