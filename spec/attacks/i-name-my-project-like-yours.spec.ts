import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Registry } from '../../lib/registry/index.js'
import { adminApp, send } from '../helpers/admin.js'
import { makeKeyPair } from '../helpers/keys.js'
import { changeOf, keyRecord, projectRecord } from '../helpers/records.js'
import { by, expectDenial, managed } from '../helpers/registry.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
let registry: Registry

beforeEach(async () => {
  ;({ registry } = managed())
  await registry.createProject({ id: 'shop', name: 'Shop' }, { by })
})

/** What looks like `shop`, by the character that makes it another name. */
const spellings: [what: string, name: string, character: string][] = [
  ['a zero width space', 'sh\u200bop', 'U+200B'],
  ['a zero width joiner', 'sho\u200dp', 'U+200D'],
  ['a soft hyphen', 'sh\u00adop', 'U+00AD'],
  ['a byte order mark', '\ufeffshop', 'U+FEFF'],
  ['a mark that turns direction', '\u202epohs', 'U+202E'],
  ['an isolate', 'shop\u2069', 'U+2069'],
  ['a variation selector', 'shop\ufe0f', 'U+FE0F'],
  ['a tag', 'shop\u{e0041}', 'U+E0041'],
  ['a Hangul filler', 'shop\u3164', 'U+3164'],
  ['a blank Braille cell', 'shop\u2800', 'U+2800'],
  ['a private character', 'shop\ue000', 'U+E000'],
  ['a character that is none', 'shop\u0378', 'U+0378'],
  ['a no-break space', 'shop\u00a0', 'U+00A0'],
  ['a wide space', 'shop\u3000', 'U+3000'],
  ['a line separator', 'shop\u2028', 'U+2028'],
  ['a mark without a letter', '\u0301shop', 'U+0301'],
  ['Cyrillic letters', '\u0455h\u043ep', 'U+0455'],
]
const spaced: [what: string, name: string][] = [
  ['a space before it', ' shop'],
  ['a space after it', 'shop '],
  ['two spaces within', 'the  shop'],
]

describe('a name that looks like another', () => {
  const fails = (promise: Promise<unknown>, said: string) =>
    expectDenial(promise, 'request_invalid', new RegExp(said.replace('+', '\\+')))

  it.each(spellings)('by %s names no new project', async (_what, id, character) => {
    await fails(registry.createProject({ id }, { by }), character)
    expect((await registry.listProjects()).projects).toHaveLength(1)
  })

  it.each(spellings)('by %s is not the name or issuer of one', async (_what, name, character) => {
    for (const members of [{ name }, { issuer: name }]) {
      await fails(registry.createProject({ id: 'new', ...members }, { by }), character)
      await fails(registry.updateProject('shop', members, { by }), character)
    }
    expect((await registry.listProjects()).projects).toMatchObject([{ id: 'shop', name: 'Shop' }])
  })

  it.each(spellings)('by %s is no new kid, not in a JWK either', async (_what, kid, character) => {
    const { publicJwk } = makeKeyPair('ES256')
    await fails(registry.registerKey('shop', { jwk: publicJwk, kid, by }), character)
    await fails(registry.registerKey('shop', { jwk: { ...publicJwk, kid }, by }), character)
    expect((await registry.listKeys('shop')).keys).toEqual([])
  })

  it.each(spellings)('by %s changes nothing, and gives no reason', async (_what, name, character) => {
    await fails(registry.suspendProject('shop', { by: name }), character)
    await fails(registry.suspendProject('shop', { by, reason: name }), character)
    expect(await registry.getProject('shop')).toMatchObject({ suspended: false })
  })

  it.each(spellings)('by %s is nobody whom authorize may name', async (_what, name, character) => {
    const { app, errors } = adminApp(registry, { authorize: () => ({ by: name }) })
    const answer = await send(serve(app), 'GET', '/projects')
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      503,
      { code: 'authorization_unavailable' },
    ])
    expect(errors).toMatchObject([{ message: expect.stringContaining(character) }])
  })

  it.each(spaced)('by %s is no name at all', async (_what, name) => {
    const wrong = 'spaces'
    const { publicJwk } = makeKeyPair('ES256')
    await fails(registry.createProject({ id: name }, { by }), wrong)
    await fails(registry.createProject({ id: 'new', name }, { by }), wrong)
    await fails(registry.registerKey('shop', { jwk: publicJwk, kid: name, by }), wrong)
    await fails(registry.suspendProject('shop', { by: name }), wrong)
  })

  it('by letters that are put together from two is no name', async () => {
    await fails(registry.createProject({ id: 'new', name: 'Cafe\u0301' }, { by }), 'NFC')
    expect(await registry.createProject({ id: 'new', name: 'Caf\u00e9' }, { by })).toMatchObject({
      name: 'Café',
    })
  })

  it('says what to do', async () => {
    await expectDenial(
      registry.createProject({ id: 'sh\u200bop' }, { by }),
      'request_invalid',
      'createProject: id has the character U+200B; it may have ASCII letters, digits and signs, and single spaces between them',
    )
    await expectDenial(
      registry.createProject({ id: 'new', name: 'sh\u200bop' }, { by }),
      'request_invalid',
      'createProject: name has the character U+200B, which cannot be seen or is no character; take it out',
    )
    await expectDenial(
      registry.createProject({ id: 'new', name: 'Sh\u043ep' }, { by }),
      'request_invalid',
      'createProject: name has the Cyrillic letter U+043E in a word with Latin ones, where it cannot be told from them; write the word in one script',
    )
  })
})

it.each([
  'Shop',
  'shop/1',
  'shop 1',
  "o'neill & sons <b>",
  '00000000-0000-4000-8000-000000000000',
  '__proto__',
  'a+b@c.d',
])('a project may have the id %p', async (id) => {
  expect(await registry.createProject({ id }, { by })).toMatchObject({ id, issuer: id })
})

it.each([
  'Über Café',
  'Магазин',
  'Κατάστημα 2',
  '株式会社ショップ LINEアプリ',
  'متجر',
  'दुकान',
  'ร้านค้า',
  '가게',
  'Shop 🛒',
  'Shop Магазин',
  'N°1 – “Ünï”',
])('a project may be named %p for people, who may be called so too', async (name) => {
  const named = await registry.createProject({ id: 'new', name, issuer: name }, { by: name })
  expect(named).toMatchObject({ name, issuer: name })
  expect((await registry.listAudit()).records[0]).toMatchObject({ by: name })
})

it('what was stored before goes on working, and can be ended', async () => {
  const { registry, store } = managed()
  const [id, kid, name] = ['sh\u043ep\u200b', 'k\u200by', 'Sh\u200bop']
  const project = { id, issuer: id, name, suspended: false }
  await store.commit(changeOf(projectRecord(id, { project }), [keyRecord(kid)]))
  expect(store.find(id, kid)).toMatchObject({ kid, project: { id } })
  expect(await registry.getProject(id)).toMatchObject({ id, name })
  expect(await registry.updateProject(id, { scopes: ['a'] }, { by })).toMatchObject({ name, scopes: ['a'] })
  expect(await registry.rotateKey(id, { kid, by })).toMatchObject({ retiring: { kid } })
  expect(await registry.revokeKey(id, { kid, reason: 'unused', by })).toMatchObject({
    key: { kid, state: 'revoked' },
  })
  await registry.deleteProject(id, { by })
  expect(store.find(id, kid)).toBeUndefined()
})
