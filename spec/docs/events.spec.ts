import { describe, expect, it } from '@jest/globals'
import { AuthenticationError, createVerifier, StoreError, type VerifierEvent } from '../../lib/index.js'
import { createRegistry, MemoryProjectStore, type RegistryChangedEvent } from '../../lib/registry/index.js'
import { keyPair } from '../helpers/keys.js'
import { audience, mint, now } from '../helpers/mint.js'
import { platform, shop } from '../helpers/platform.js'
import { by } from '../helpers/registry.js'
import { every } from '../helpers/provocations.js'
import { blocksOf, codesOf, read, sectionOf, tablesOf } from './markdown.js'

const page = read('docs/events.md')

const ids = {
  id: '0b9c7a52-5f2e-4c37-9d0e-6a1d1f6f9b11',
  jti: '6f1c2e80-4c3f-4d0b-9a55-0d6f2b8f7a10',
}

/** The example below a heading, and a real event with the numbers of the example in the place of its own. */
function expectExample(heading: string, event: VerifierEvent | undefined): void {
  const [block = ''] = blocksOf(sectionOf(page, heading), 'json')
  const shown = JSON.parse(block) as Record<string, unknown>
  const { duration, storeSeconds } = shown
  expect({ ...event, ...ids, duration, ...(storeSeconds !== undefined && { storeSeconds }) }).toEqual(shown)
  expect(Object.keys({ ...event })).toEqual(Object.keys(shown))
}

it('shows a token that was accepted', async () => {
  const { options, events } = platform()
  const { keyStore } = options
  const slow = { find: async (id: string, kid: string) => keyStore.find(id, kid) }
  await createVerifier({ ...options, keyStore: slow }).verify(mint(), { origin: 'https://shop.example' })
  expectExample('## A token was accepted', events[0])
})

it('shows a token that a revoked key has signed', async () => {
  const revoked = { jwk: keyPair('ES256').publicJwk, kid: 'key-es256', revokedAt: now - 1000 }
  const { options, events } = platform({}, [shop([], { keys: [revoked] })])
  await createVerifier(options)
    .verify(mint())
    .catch(() => undefined)
  expectExample('## A token was refused', events[0])
})

it('shows a token that could not be checked', async () => {
  const failure = new Error('connect ECONNREFUSED')
  const { options, events } = platform({ replayStore: { consume: () => Promise.reject(failure) } })
  await createVerifier(options)
    .verify(mint())
    .catch(() => undefined)
  expectExample('## A token could not be checked', events[0])
})

it('shows a change of a project', async () => {
  const events: RegistryChangedEvent[] = []
  const onEvent = (event: RegistryChangedEvent) => events.push(event)
  const registry = createRegistry({ store: new MemoryProjectStore(), audience, clock: () => now, onEvent })
  await registry.createProject({ id: 'shop', allowedOrigins: ['https://shop.example'] }, { by })
  const [block = ''] = blocksOf(sectionOf(page, '## A project or a key was changed'), 'json')
  const shown = JSON.parse(block) as { id: string; duration: number }
  expect({ ...events[0], id: shown.id, duration: shown.duration }).toEqual(shown)
})

describe('the tables', () => {
  it('name every member that an event has, and no other', () => {
    const seen = new Set(['record'])
    for (const [heading] of [['accepted'], ['refused'], ['could not be checked']] as const) {
      const [block = ''] = blocksOf(
        sectionOf(page, `## A token ${heading.startsWith('could') ? '' : 'was '}${heading}`),
        'json',
      )
      for (const name of Object.keys(JSON.parse(block) as object)) seen.add(name)
    }
    const sometimes = ['keyNotAfter', 'unverifiedProjectId', 'unverifiedKid', 'unverifiedAudience']
    const rows = tablesOf(page)[1] ?? []
    const named = rows.flatMap(([cell = '']) => codesOf(cell))
    expect(named.toSorted()).toEqual([...seen, ...sometimes].toSorted())
  })

  it('name only codes that there are', () => {
    const rows = tablesOf(page)[2] ?? []
    const codes = rows.map(([cell = '']) => /\[(\w+)\]/.exec(cell)?.[1])
    for (const code of codes) expect(every.map(([known]) => known)).toContain(code)
    expect(new AuthenticationError('token_not_verified').code).toBe(codes[0])
    expect(new StoreError('store_unavailable', { reason: 'busy' }).code).toBe(codes[2])
  })
})
