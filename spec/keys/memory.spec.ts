import { describe, expect, it } from '@jest/globals'
import { MemoryKeyStore, type ProjectWithKeys } from '../../lib/index.js'
import { keyPair } from '../helpers/keys.js'
import { describeKeyStore } from './key-store-contract.js'

describeKeyStore('MemoryKeyStore', (projects) => new MemoryKeyStore(projects))

const { publicJwk } = keyPair('ES256')
const key = { jwk: publicJwk, kid: 'key-1' }

describe('MemoryKeyStore', () => {
  it('may be empty, and a project may have no keys', () => {
    expect(new MemoryKeyStore([]).find('shop', 'key-1')).toBeUndefined()
    expect(new MemoryKeyStore([{ id: 'shop', keys: [] }]).find('shop', 'key-1')).toBeUndefined()
  })

  it('is not changed by what is done to the list later', () => {
    const keys = [key]
    const projects = [{ id: 'shop', scopes: ['a'], keys }]
    const store = new MemoryKeyStore(projects)
    projects[0]?.scopes.push('b')
    keys.pop()
    projects.pop()
    expect(store.find('shop', 'key-1')?.project.scopes).toEqual(['a'])
  })

  it.each([
    ['nothing', undefined, 'MemoryKeyStore takes a list of projects'],
    ['one project', { id: 'shop', keys: [key] }, 'MemoryKeyStore takes a list of projects'],
    ['a project that is its id', ['shop'], 'MemoryKeyStore: each project must be an object with id and keys'],
    ['a project that is null', [null], 'MemoryKeyStore: each project must be an object with id and keys'],
    [
      'a project without keys',
      [{ id: 'shop' }],
      'MemoryKeyStore: project "shop" needs keys, a list of { jwk } or { pem }',
    ],
    [
      'a project whose keys are one key',
      [{ id: 'shop', keys: key }],
      'MemoryKeyStore: project "shop" needs keys, a list of { jwk } or { pem }',
    ],
    [
      'two projects with one id',
      [
        { id: 'shop', keys: [key] },
        { id: 'shop', keys: [] },
      ],
      'MemoryKeyStore: there are two projects "shop"',
    ],
    [
      'two projects with one id that is as long as a private key',
      [
        { id: 'x'.repeat(43), keys: [key] },
        { id: 'x'.repeat(43), keys: [] },
      ],
      'MemoryKeyStore: there are two projects with one id',
    ],
    [
      'two keys with one kid',
      [{ id: 'shop', keys: [key, key] }],
      'MemoryKeyStore: project "shop" has two keys "key-1"',
    ],
    [
      'two keys whose kids are the same thumbprint',
      [{ id: 'shop', keys: [{ jwk: publicJwk }, { jwk: JSON.stringify(publicJwk) }] }],
      'MemoryKeyStore: project "shop" has two keys with one kid',
    ],
    [
      'a misspelled member',
      [{ id: 'shop', scope: ['a'], keys: [key] }],
      'Project "shop": unknown member "scope". Did you mean "scopes"?',
    ],
    [
      'a key that is not one',
      [{ id: 'shop', keys: [1] }],
      'Project "shop", key: give an object with jwk or pem',
    ],
  ])('refuses %s', (_, projects, reason) => {
    const make = () => new MemoryKeyStore(projects as ProjectWithKeys[])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(typeof reason === 'string' ? new TypeError(reason) : reason)
  })
})
