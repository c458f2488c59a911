import { describe, expect, it } from '@jest/globals'
import { admitProjectKey, MemoryKeyStore, type Project } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'

const input = { jwk: keyPair('ES256').publicJwk }
const admit = (project: unknown) => admitProjectKey(project as Project, input).project

describe('a project', () => {
  it('is admitted with nothing but an id', () => {
    expect(admit({ id: 'shop' })).toStrictEqual({ id: 'shop', issuer: 'shop', suspended: false })
  })

  it('is admitted with all its members, as a frozen copy', () => {
    const given = {
      id: 'shop',
      name: 'The shop',
      issuer: 'https://shop.example',
      allowedOrigins: ['https://shop.example', 'http://localhost:8080'],
      scopes: ['portal:read', '!#[]~'],
      suspended: true,
      metadata: { plan: 'gold' },
    }
    const project = admit(given)
    expect(project).toEqual(given)
    expect(project.metadata).toBe(given.metadata)
    expect(project.allowedOrigins).not.toBe(given.allowedOrigins)
    for (const part of [project, project.allowedOrigins, project.scopes]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('may have no origins or scopes at all', () => {
    expect(admit({ id: 'shop', allowedOrigins: [], scopes: [] })).toMatchObject({
      allowedOrigins: [],
      scopes: [],
    })
  })

  it.each(['x', 'x'.repeat(256), 'a b', 'caf\u00e9', '\u{1f6d2}', '__proto__', 'a/b:c'])(
    'may have the id %j',
    (id) => {
      expect(admit({ id }).id).toBe(id)
    },
  )

  it.each([
    undefined,
    null,
    1,
    '',
    ' ',
    '\u00a0',
    'x'.repeat(257),
    'a\nb',
    'a\0',
    'a\u007f',
    'a\u0085',
    '\ud800',
    ['shop'],
    new String('shop'),
  ])('may not have the id %j', (id) => {
    expect(() => admit({ id })).toThrow(
      new TypeError('A project needs an id: a string of 1 to 256 characters'),
    )
  })

  it.each([undefined, null, 'shop', 1])('is not %j', (project) => {
    expect(() => admit(project)).toThrow(new TypeError('A project must be an object with an id'))
  })

  it.each(['issuer', 'allowedOrigins', 'scopes', 'suspended'])('may not have an undefined %s', (name) => {
    expect(() => admit({ id: 'shop', [name]: undefined })).toThrow(
      new TypeError(`Project "shop": ${name} is undefined; set it or leave it out`),
    )
  })

  it.each([
    [{ issuer: '' }, 'issuer must be a non-empty string'],
    [{ issuer: null }, 'issuer must be a non-empty string'],
    [{ issuer: 1 }, 'issuer must be a non-empty string'],
    [{ suspended: 'no' }, 'suspended must be true or false'],
    [{ suspended: 0 }, 'suspended must be true or false'],
    [{ suspended: null }, 'suspended must be true or false'],
    ...[1, null, ['a']].map(
      (scope) =>
        [
          { scopes: ['fine', scope] },
          'scopes must be a list of names without spaces, quotes or backslashes',
        ] as const,
    ),
    [{ scopes: 'a b' }, 'scopes must be a list of names without spaces, quotes or backslashes'],
    [{ scopes: null }, 'scopes must be a list of names without spaces, quotes or backslashes'],
    ...['a b', '', 'a"b', 'a\\b', 'caf\u00e9', 'a\n'].map(
      (scope) =>
        [
          { scopes: ['fine', scope] },
          'scopes must be a list of names without spaces, quotes or backslashes',
        ] as const,
    ),
    ...[null, 'https://shop.example', {}].map(
      (allowedOrigins) =>
        [
          { allowedOrigins },
          'allowedOrigins must be a list of origins; leave it out to allow any origin',
        ] as const,
    ),
  ])('may not have %j', (member, reason) => {
    expect(() => admit({ id: 'shop', ...member })).toThrow(new TypeError(`Project "shop": ${reason}`))
  })

  it.each([
    ['https://shop.example/', 'https://shop.example'],
    ['https://shop.example/path', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['HTTPS://shop.example', 'https://shop.example'],
    ['https://Shop.example', 'https://shop.example'],
    ['https://user@shop.example', 'https://shop.example'],
    ['https://caf\u00e9.example', 'https://xn--caf-dma.example'],
    [' https://shop.example', 'https://shop.example'],
    ['shop.example', 'https://shop.example'],
    ['*', 'https://shop.example'],
    ['null', 'https://shop.example'],
    ['', 'https://shop.example'],
    ['file:///shop', 'https://shop.example'],
    ['data:text/plain,shop', 'https://shop.example'],
    [null, 'https://shop.example'],
    [1, 'https://shop.example'],
    [undefined, 'https://shop.example'],
    ['https://*.shop.example', 'https://shop.example'],
  ])('may not have the origin %j, and is told how browsers send it', (origin, hint) => {
    const allowedOrigins = ['https://fine.example', origin]
    const said = (origin === undefined ? 'undefined' : JSON.stringify(origin)).replace('\u00e9', '\\u00e9')
    expect(() => admit({ id: 'shop', allowedOrigins })).toThrow(
      new TypeError(
        `Project "shop": allowedOrigins has ${said}, which is not an origin as browsers send it (like ${hint})`,
      ),
    )
  })

  it('is not told back what stands where an origin should, when that is long: it may be a secret', () => {
    expect(() => admit({ id: 'shop', allowedOrigins: ['-----BEGIN PRIVATE KEY-----'] })).toThrow(
      new TypeError(
        'Project "shop": allowedOrigins has an entry, which is not an origin as browsers send it (like https://shop.example)',
      ),
    )
  })

  it.each([
    ['allowedOrigin', 'Did you mean "allowedOrigins"?'],
    ['origins', 'Known: id, name, issuer, allowedOrigins, scopes, suspended, metadata.'],
    ['suspend', 'Did you mean "suspended"?'],
    ['keys', 'Known: id, name, issuer, allowedOrigins, scopes, suspended, metadata.'],
    ['__proto__', 'Known: id, name, issuer, allowedOrigins, scopes, suspended, metadata.'],
  ])('may not have a member named %s', (name, hint) => {
    const project: unknown = JSON.parse(`{ "id": "shop", ${JSON.stringify(name)}: [] }`)
    expect(() => admit(project)).toThrow(
      new TypeError(`Project "shop": unknown member ${JSON.stringify(name)}. ${hint}`),
    )
  })
})

describe('a project that is an object of somebody\u2019s class', () => {
  /** As an object-relational mapper has it: members that are computed, and stand on the class. */
  class Row {
    readonly id = 'shop'
    get suspended() {
      return true
    }
    get allowedOrigins() {
      return ['https://shop.example']
    }
  }

  it('is suspended, and bound to its origins, by members that are not its own', () => {
    for (const project of [new Row(), Object.create(new Row()) as Row]) {
      const admitted = { id: 'shop', suspended: true, allowedOrigins: ['https://shop.example'] }
      expect(admit(project)).toMatchObject(admitted)
    }
  })

  it('is refused for a wrong member that it inherits', () => {
    const project = Object.create({ suspended: 'yes' }, { id: { value: 'shop' } }) as Project
    expect(() => admit(project)).toThrow(new TypeError('Project "shop": suspended must be true or false'))
  })

  it('is the same in a MemoryKeyStore', () => {
    const store = new MemoryKeyStore([Object.assign(new Row(), { keys: [{ ...input, kid: 'key-1' }] })])
    expect(store.find('shop', 'key-1')?.project).toMatchObject({ suspended: true })
  })
})
