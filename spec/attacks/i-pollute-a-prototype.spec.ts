import { afterEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { expectRefusal, badKid } from '../helpers/refusals.js'
import { mint } from '../helpers/mint.js'
import { appOf, platform, verifierOf } from '../helpers/platform.js'

const verifier = verifierOf()
const before = Object.getOwnPropertyNames(Object.prototype)
const payload = { polluted: true, suspended: false, scopes: ['portal:admin'] }

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(([] as { polluted?: unknown }).polluted).toBeUndefined()
})

/** The honest header or claims set as JSON with one more member, spelled by hand: JSON.stringify would lose __proto__. */
function withMember(part: 0 | 1, member: string): string {
  const segment = mint().split('.')[part] ?? ''
  return Buffer.from(segment, 'base64url').toString().slice(0, -1) + `,${member}}`
}

it('accepts the honest token', async () => {
  await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
})

describe.each(['"__proto__"', '"\\u005f\\u005fproto\\u005f_"', '"_\\u005Fproto__"'])(
  'a member %s',
  (name) => {
    it.each([JSON.stringify(payload), 'null', '1', '[]'])('is refused with the value %s', async (value) => {
      const member = `${name}:${value}`
      await expectRefusal(verifier.verify(mint({ claimsText: withMember(1, member) })), 'token_malformed')
      await expectRefusal(verifier.verify(mint({ headerText: withMember(0, member) })), 'token_malformed')
      const inner = `"x":[{"y":{${member}}}]`
      await expectRefusal(verifier.verify(mint({ claimsText: withMember(1, inner) })), 'token_malformed')
      await expectRefusal(verifier.verify(mint({ headerText: withMember(0, inner) })), 'token_malformed')
    })
  },
)

describe.each([
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  '__defineGetter__',
])('a member %s', (name) => {
  it('is a claim like any other that nobody reads', async () => {
    const value = { prototype: payload, polluted: true }
    const { project, projectToken } = await verifier.verify(
      mint({ claims: { [name]: value }, header: { [name]: value } }),
    )
    expect(Object.hasOwn(projectToken.claims, name)).toBe(true)
    expect(project.suspended).toBe(false)
    expect(projectToken.scopes).toEqual(['portal:read', 'portal:write'])
  })

  it('does not stand in for a claim that is missing', () =>
    expectRefusal(
      verifier.verify(mint({ claims: { [name]: { jti: 'a' }, jti: undefined } })),
      'claim_missing',
      'The token lacks the claim jti.',
    ))
})

describe.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s', (name) => {
  it('is no project, and no key', async () => {
    const claims = { iss: name, sub: name, proj_id: name }
    await expectRefusal(verifier.verify(mint({ claims })), 'token_not_verified')
    await expectRefusal(verifier.verify(mint({ header: { kid: name } })), 'token_not_verified')
    await expectRefusal(verifier.verify(mint({ claims, header: { kid: name } })), 'token_not_verified')
  })

  it('is no algorithm', () =>
    expectRefusal(verifier.verify(mint({ header: { alg: name } })), 'algorithm_not_allowed'))

  it('is a jti like any other: it works once', async () => {
    await expect(verifier.verify(mint({ claims: { jti: name } }))).resolves.toBeDefined()
    await expectRefusal(verifier.verify(mint({ claims: { jti: name } })), 'token_replayed')
  })

  it('grants no scope', async () => {
    const { projectToken } = await verifier.verify(mint({ claims: { scope: name } }))
    expect(projectToken.scopes).toEqual([])
  })
})

it('refuses a kid that only turns into text', () =>
  expectRefusal(
    verifier.verify(mint({ header: { kid: { toString: 'key-es256' } } })),
    'token_malformed',
    badKid,
  ))

it('writes nothing on the request but the project and its token', async () => {
  const app = appOf(platform().options)
  const claims = { constructor: { prototype: payload }, project: 'rival', id: 'rival' }
  const answer = await request(app).get('/portal').auth(mint({ claims }), { type: 'bearer' })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ project: 'shop', scopes: ['portal:read', 'portal:write'] })
})
