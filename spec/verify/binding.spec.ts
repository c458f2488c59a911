import { describe, expect, it } from '@jest/globals'
import { AuthenticationError, type Project, type ProjectClaims } from '../../lib/index.js'
import { checkBinding, type Bounds } from '../../lib/verify/binding.js'
import { thrownBy } from '../helpers/admission.js'
import { descriptionOf, expectStepRefusal, noOrigin, nullOrigin } from '../helpers/refusals.js'
import { audience, now } from '../helpers/mint.js'

const claims: ProjectClaims = { iss: 'shop', aud: audience, proj_id: 'shop', jti: 'use-1', exp: now + 110 }
const project: Project = { id: 'shop', scopes: ['portal:read', 'portal:write'] }
const home = 'https://shop.example'

const nothing: Bounds = { origin: undefined, scope: [] }

interface Difference {
  claims?: Partial<ProjectClaims>
  project?: Partial<Project>
  context?: Partial<Bounds>
  requireOrigin?: boolean
}
const check = (difference: Difference = {}) =>
  checkBinding(
    { ...claims, ...difference.claims },
    { ...project, ...difference.project },
    { ...nothing, ...difference.context },
    { requireOrigin: difference.requireOrigin ?? false },
  )
const refused = (difference: Difference, code: Parameters<typeof expectStepRefusal>[1], text?: string) =>
  expectStepRefusal(() => check(difference), code, text)

describe('iss', () => {
  it('is the id of the project', async () => {
    expect(check()).toEqual(['portal:read', 'portal:write'])
    for (const iss of ['rival', 'Shop', 'shop ', 'shop/'])
      await refused({ claims: { iss } }, 'issuer_mismatch')
  })

  it('is the issuer of the project where it has one, and the id no longer', async () => {
    const issuer = 'https://idp.shop.example'
    expect(check({ project: { issuer }, claims: { iss: issuer } })).toBeDefined()
    await refused({ project: { issuer } }, 'issuer_mismatch')
  })
})

describe('a suspended project', () => {
  it('is refused', async () => {
    expect(check({ project: { suspended: false } })).toBeDefined()
    await refused({ project: { suspended: true } }, 'project_suspended')
  })

  it('is not told to a token of another issuer', () =>
    refused({ project: { suspended: true }, claims: { iss: 'rival' } }, 'issuer_mismatch'))

  it('is told before the origin is looked at', () =>
    refused(
      { project: { suspended: true, allowedOrigins: [] }, context: { origin: home } },
      'project_suspended',
    ))
})

describe('the origin', () => {
  const away = 'https://evil.example'
  const allowedOrigins = [home, 'https://www.shop.example:8443']
  /** What follows from the request is said. */
  const saidOfOrigin = ({ context: { origin } = {} }: Difference) =>
    origin === 'null' ? nullOrigin : origin ? descriptionOf('origin_not_allowed') : noOrigin

  it.each<[string, Difference]>([
    ['is any where the project has no list', { context: { origin: away } }],
    ['is null where the project has no list', { context: { origin: 'null' } }],
    ['is one of the list', { project: { allowedOrigins }, context: { origin: home } }],
    ['may be absent', { project: { allowedOrigins } }],
    ['may be absent as other frameworks say it', { project: { allowedOrigins }, context: { origin: null } }],
    ['may be absent where the list is empty', { project: { allowedOrigins: [] } }],
    ['is what the token says', { claims: { origin: home }, context: { origin: home } }],
    ['is there when it is required', { requireOrigin: true, context: { origin: away } }],
  ])('%s', (_, difference) => {
    expect(check(difference)).toBeDefined()
  })

  it.each<[string, Difference]>([
    ['outside of the list', { project: { allowedOrigins }, context: { origin: away } }],
    ['null, with a list', { project: { allowedOrigins }, context: { origin: 'null' } }],
    [
      'null, with a list that has it',
      { project: { allowedOrigins: ['null'] }, requireOrigin: true, context: { origin: 'null' } },
    ],
    ['empty, with a list', { project: { allowedOrigins }, context: { origin: '' } }],
    ['any, with an empty list', { project: { allowedOrigins: [] }, context: { origin: home } }],
    ['another than the token says', { claims: { origin: home }, context: { origin: away } }],
    ['absent, where the token names one', { claims: { origin: home } }],
    ['null, where the token says null', { claims: { origin: 'null' }, context: { origin: 'null' } }],
    [
      'what the token says, outside of the list',
      { project: { allowedOrigins }, claims: { origin: away }, context: { origin: away } },
    ],
    ['absent, where it is required', { requireOrigin: true }],
    [
      'absent as other frameworks say it, where it is required',
      { requireOrigin: true, context: { origin: null } },
    ],
    ['empty, where it is required', { requireOrigin: true, context: { origin: '' } }],
    ['empty, where the token says so', { claims: { origin: '' }, context: { origin: '' } }],
    ['null, where it is required', { requireOrigin: true, context: { origin: 'null' } }],
  ])('is refused when it is %s', (_, difference) =>
    refused(difference, 'origin_not_allowed', saidOfOrigin(difference)),
  )

  it.each<[string, Difference, string]>([
    [
      'is outside of the list',
      { project: { allowedOrigins }, context: { origin: away } },
      'the origin is not one of the project',
    ],
    [
      'is another than the token says',
      { claims: { origin: home }, context: { origin: away } },
      'the origin is not the one in the token',
    ],
  ])('tells the platform alone that it %s', (_, difference, cause) => {
    expect(thrownBy(() => check(difference))).toMatchObject({
      cause,
      description: descriptionOf('origin_not_allowed'),
    })
  })

  it.each([
    'https://SHOP.example',
    'https://shop.example:443',
    'https://shop.example:8443',
    'https://shop.example/',
    'http://shop.example',
    'https://shop.example.evil.example',
    'https://evilshop.example',
    'https://shopxexample',
    'https://user@shop.example',
    'https://shop.example, https://shop.example',
    ' https://shop.example',
  ])('is compared as text: not %j', (origin) =>
    refused({ project: { allowedOrigins }, context: { origin } }, 'origin_not_allowed'),
  )
})

describe('the scopes', () => {
  it.each<[string, string | undefined, readonly string[] | undefined, readonly string[]]>([
    ['all of the project where the token asks for none', undefined, ['a', 'b'], ['a', 'b']],
    ['none where the project has none', undefined, undefined, []],
    ['what the token asks for', 'b', ['a', 'b'], ['b']],
    ['never more than the project has', 'b c', ['a', 'b'], ['b']],
    ['none where the token asks for what the project has not', 'c', ['a', 'b'], []],
    ['none where the project has none, whatever the token asks for', 'a', undefined, []],
    ['told apart by case', 'A', ['a'], []],
    ['whole names', 'a', ['a:b', 'ab'], []],
    ['each once', 'a a', ['a'], ['a']],
  ])('are %s', (_, scope, scopes, granted) => {
    const owner: Project = { id: 'shop', ...(scopes && { scopes }) }
    const asked = { ...claims, ...(scope !== undefined && { scope }) }
    expect(checkBinding(asked, owner, nothing, { requireOrigin: false })).toEqual(granted)
  })

  it('that are required must all be granted', () => {
    expect(check({ context: { scope: ['portal:read'] } })).toBeDefined()
    expect(check({ context: { scope: ['portal:write', 'portal:read'] } })).toBeDefined()
    expect(check({ context: { scope: [] }, claims: { scope: 'none' } })).toEqual([])
  })

  it.each<[string, Difference, string]>([
    ['the project has not', { context: { scope: ['portal:admin'] } }, 'portal:admin'],
    [
      'the token does not ask for',
      { claims: { scope: 'portal:read' }, context: { scope: ['portal:write'] } },
      'portal:write',
    ],
    ['are granted only in part', { context: { scope: ['portal:read', 'x'] } }, 'portal:read x'],
  ])(
    'are refused when they are such that %s, and the challenge names all that is required',
    (_, difference, wanted) => {
      let thrown: unknown
      try {
        check(difference)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(AuthenticationError)
      expect(thrown).toMatchObject({
        code: 'scope_insufficient',
        status: 403,
        error: 'insufficient_scope',
        challenge: `Bearer error="insufficient_scope", error_description="${descriptionOf('scope_insufficient')}", scope="${wanted}"`,
      })
    },
  )

  it('are looked at after the origin', () =>
    refused({ requireOrigin: true, context: { scope: ['x'] } }, 'origin_not_allowed', noOrigin))
})
