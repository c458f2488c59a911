import { describe, expect, it } from '@jest/globals'
import type { NewProject } from '../../../lib/registry/index.js'
import { now } from '../../helpers/mint.js'
import { wholeProject } from '../../helpers/records.js'
import { by, expectDenial, managed } from '../../helpers/registry.js'

const full = {
  id: 'shop',
  name: 'Shop',
  issuer: 'https://shop.example',
  allowedOrigins: ['https://shop.example', 'http://localhost:4200', 'http://127.0.0.1', 'http://[::1]:8080'],
  scopes: ['portal:read'],
  metadata: { plan: 'gold' },
}

describe('a project', () => {
  it('is made of its settings', async () => {
    const { registry } = managed()
    const view = { ...full, suspended: false, createdAt: now, updatedAt: now }
    expect(await registry.createProject(full, { by })).toEqual(view)
    expect(await registry.getProject('shop')).toEqual(view)
  })

  it('has a random id and its id as issuer unless told otherwise', async () => {
    const { registry } = managed()
    const { id, issuer } = await registry.createProject({}, { by })
    expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(issuer).toBe(id)
    expect((await registry.createProject({}, { by })).id).not.toBe(id)
  })

  it('has an id that is never used again', async () => {
    const { registry } = managed()
    const taken = 'There is, or was, a project "shop". Choose another id; an id is never used again.'
    await registry.createProject({ id: 'shop' }, { by })
    await expectDenial(registry.createProject({ id: 'shop' }, { by }), 'project_exists', taken)
    await registry.deleteProject('shop', { by })
    await expectDenial(registry.createProject({ id: 'shop' }, { by }), 'project_exists', taken)
  })

  it('changes what it is told, takes away what is null, and leaves the rest', async () => {
    const { registry, clock } = managed()
    await registry.createProject(full, { by })
    clock.now += 5
    const changed = await registry.updateProject(
      'shop',
      { name: 'New', allowedOrigins: [], metadata: null },
      { by },
    )
    expect(changed).toEqual({
      id: 'shop',
      name: 'New',
      issuer: full.issuer,
      allowedOrigins: [],
      scopes: full.scopes,
      suspended: false,
      createdAt: now,
      updatedAt: now + 5,
    })
    const bare = { name: null, issuer: null, allowedOrigins: null, scopes: null }
    expect(await registry.updateProject('shop', bare, { by })).toEqual({
      id: 'shop',
      issuer: 'shop',
      suspended: false,
      createdAt: now,
      updatedAt: now + 5,
    })
  })

  it('is suspended and resumed, each once', async () => {
    const { registry } = managed()
    await registry.createProject({ id: 'shop' }, { by })
    const suspended = { suspended: true, suspensionReason: 'They asked.' }
    const suspend = (reason: string) => registry.suspendProject('shop', { reason, by })
    expect(await suspend('They asked.')).toMatchObject(suspended)
    expect(await suspend('Again.')).toMatchObject(suspended)
    // A change of its settings does not open it again.
    expect(await registry.updateProject('shop', { name: 'Shop' }, { by })).toMatchObject(suspended)
    const resumed = await registry.resumeProject('shop', { by })
    expect(resumed).toMatchObject({ suspended: false })
    expect(resumed).not.toHaveProperty('suspensionReason')
    expect(await registry.resumeProject('shop', { by })).toEqual(resumed)
    expect((await registry.listAudit()).records).toHaveLength(4)
  })

  it('is gone when it is deleted, and its settings with it', async () => {
    const { registry, store } = managed()
    await registry.createProject(full, { by })
    const { kid } = await registry.generateKey('shop', { by })
    await registry.deleteProject('shop', { reason: 'Their contract ended.', by })
    const gone = 'There is no project "shop".'
    const attempts = [
      () => registry.getProject('shop'),
      () => registry.listKeys('shop'),
      () => registry.updateProject('shop', {}, { by }),
      () => registry.suspendProject('shop', { by }),
      () => registry.resumeProject('shop', { by }),
      () => registry.endSessions('shop', { by }),
      () => registry.deleteProject('shop', { by }),
      () => registry.generateKey('shop', { by }),
      () => registry.rotateKey('shop', { by }),
      () => registry.revokeKey('shop', { kid, reason: 'other', by }),
      () => registry.confirmKey('shop', { kid, proof: 'x', by }),
    ]
    for (const attempt of attempts) await expectDenial(attempt(), 'project_not_found', gone)
    expect((await registry.listProjects()).projects).toEqual([])
    expect(store.find('shop', kid)).toBeUndefined()
    const { keys, ...tombstone } = (await wholeProject(store, 'shop')) ?? { keys: [] }
    expect(keys).toHaveLength(1)
    expect(JSON.stringify(tombstone)).not.toMatch(/gold|portal|example/)
  })

  const notAName = (what: string) =>
    `createProject: ${what} must be a string of 1 to 256 characters, not blank, without control characters`
  const origin = (text: string) => `createProject: allowedOrigins has ${JSON.stringify(text)}`
  const wrong: [NewProject, string][] = [
    [{ id: '' }, notAName('id')],
    [{ id: 'i'.repeat(257) }, notAName('id')],
    [{ id: 'a\nb' }, notAName('id')],
    [{ id: '\ud800' }, notAName('id')],
    [{ id: undefined } as never, 'createProject: id is undefined; set it or leave it out'],
    [
      { allowedOrigins: undefined } as never,
      'createProject: allowedOrigins is undefined; set it or leave it out',
    ],
    [
      { allowedOrgins: [] } as never,
      'createProject: unknown member of a project "allowedOrgins". Did you mean "allowedOrigins"?',
    ],
    [{ suspended: true } as never, /^createProject: unknown member of a project "suspended"/ as never],
    [{ name: '' }, notAName('name')],
    [{ name: 7 } as never, notAName('name')],
    [{ name: 'a\0b' }, notAName('name')],
    [{ issuer: ' ' }, notAName('issuer')],
    [{ issuer: 'i'.repeat(257) }, notAName('issuer')],
    [
      { allowedOrigins: 'https://shop.example' } as never,
      'createProject: allowedOrigins must be a list of origins; leave it out to allow any origin',
    ],
    [
      { allowedOrigins: ['http://shop.example'] },
      `${origin('http://shop.example')}; use https (http only on localhost)`,
    ],
    [
      { allowedOrigins: ['http://localhost.evil.example'] },
      `${origin('http://localhost.evil.example')}; use https (http only on localhost)`,
    ],
    [
      { allowedOrigins: ['http://127.0.0.2'] },
      `${origin('http://127.0.0.2')}; use https (http only on localhost)`,
    ],
    [
      { allowedOrigins: ['ftp://shop.example'] },
      `${origin('ftp://shop.example')}; use https (http only on localhost)`,
    ],
    [
      { allowedOrigins: Array(101).fill('https://shop.example') },
      'createProject: allowedOrigins has more than 100 entries',
    ],
    [{ scopes: Array(101).fill('a') }, 'createProject: scopes has more than 100 entries'],
    [{ scopes: ['s'.repeat(257)] }, 'createProject: scopes has a name of more than 256 characters'],
    [
      { scopes: ['a b'] },
      'Project "shop": scopes must be a list of names without spaces, quotes or backslashes',
    ],
    [{ metadata: { text: 'x'.repeat(4096) } }, 'createProject: metadata has more than 4096 bytes of JSON'],
    [{ metadata: { text: 'é'.repeat(2048) } }, 'createProject: metadata has more than 4096 bytes of JSON'],
  ]
  it.each(wrong)('is refused with %j', async (settings, message) => {
    const { registry, store } = managed()
    await expectDenial(
      registry.createProject({ id: 'shop', ...settings }, { by }),
      'request_invalid',
      message,
    )
    expect(await store.list({ limit: 1 })).toEqual([])
  })

  it.each([
    'https://shop.example/',
    'https://shop.example/path',
    'https://*.shop.example',
    'https://SHOP.example',
    'https://shop.example:443',
    'https://user@shop.example',
    'https://shop.example?x',
    'shop.example',
    '*',
    'null',
    '',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'chrome-extension://abcdef',
    ' https://shop.example',
    'https://shop.example\0',
  ])('is refused with the origin %j', async (text) => {
    const { registry } = managed()
    await expectDenial(
      registry.createProject({ id: 'shop', allowedOrigins: ['https://good.example', text] }, { by }),
      'request_invalid',
      /^Project "shop": allowedOrigins has.*, which is not an origin as browsers send it/,
    )
  })

  class Custom {
    readonly a = 1
  }
  it.each([
    ['null', null],
    ['a list', []],
    ['a text', 'x'],
    ['a member that is undefined', { a: undefined }],
    ['a date', { a: new Date(0) }],
    ['a function', { a: () => 1 }],
    ['a class', new Custom()],
    ['NaN', { a: NaN }],
    ['a big integer', { a: 1n }],
    ['NUL', { a: 'x\0' }],
    ['half a character', { a: ['\ud83d'] }],
    ['NUL as a name', { '\0': 1 }],
    ['__proto__', JSON.parse('{"__proto__": {"a": 1}}')],
    ['seventeen levels', JSON.parse('{"a":'.repeat(17) + '1' + '}'.repeat(17))],
    ['101 names of indices', Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index, 0]))],
  ])('is refused with metadata of %s', async (_, metadata) => {
    const { registry } = managed()
    await expectDenial(
      registry.createProject({ id: 'shop', metadata: metadata as object as Record<string, unknown> }, { by }),
      'request_invalid',
      'createProject: metadata must be an object of JSON values: at most 16 levels, no NUL, no __proto__, at most 100 members named like numbers',
    )
    // What only looks so.
    await registry.createProject(
      { id: 'fine', metadata: { a: '\\u0000 \\\\ud83d 😀', '42': { '7': 0 } } },
      { by },
    )
  })

  it('is checked again when it is changed', async () => {
    const { registry } = managed()
    await registry.createProject(full, { by })
    const change = (changes: object) => registry.updateProject('shop', changes, { by })
    await expectDenial(
      change({ allowedOrigins: undefined }),
      'request_invalid',
      'updateProject: allowedOrigins is undefined; set it or leave it out',
    )
    await expectDenial(
      change({ id: 'other' }),
      'request_invalid',
      'updateProject: id cannot be changed; create another project',
    )
    await expectDenial(
      change({ suspended: false }),
      'request_invalid',
      /^updateProject: unknown member of a project "suspended"/,
    )
    await expectDenial(change({ allowedOrigins: ['http://shop.example'] }), 'request_invalid', /use https/)
    await expectDenial(change(null as never), 'request_invalid', /^updateProject takes an object/)
    expect(await registry.getProject('shop')).toMatchObject(full)
  })
})
