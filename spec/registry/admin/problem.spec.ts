import { expect, it } from '@jest/globals'
import { AuthenticationError, StoreError } from '../../../lib/index.js'
import { RegistryError, StoreUnusableError } from '../../../lib/registry/index.js'
import { adminFault, adminProblemOf } from '../../../lib/registry/admin/problem.js'

const refusal = () => new RegistryError('project_not_found', 'There is no project "shop".')
const written = {
  status: 200,
  statusCode: 200,
  code: 'owned',
  title: 'owned',
  message: 'owned',
  expose: false,
}

it.each([
  ['as the registry made it', refusal()],
  ['whatever was written on it', Object.assign(refusal(), written)],
])('is what the registry said, %s', (_, error) => {
  expect(adminProblemOf(error)).toEqual({
    type: 'https://unpkg.com/reverse-jwt/docs/admin.md#project_not_found',
    title: 'No such project',
    status: 404,
    detail: 'There is no project "shop".',
    code: 'project_not_found',
  })
})

it('is what a fault of the request is, without its cause', () => {
  const problem = adminProblemOf(
    adminFault('authorization_unavailable', { cause: new Error('ECONNREFUSED') }),
  )
  expect(problem).toMatchObject({ code: 'authorization_unavailable', status: 503 })
  expect(JSON.stringify(problem)).not.toContain('ECONNREFUSED')
})

it('is an outage of the store in the words of the registry', () => {
  const problem = adminProblemOf(new StoreError('replay_store_full', { cause: 'ECONNREFUSED' }))
  expect(problem).toMatchObject({ code: 'store_unavailable', status: 503 })
  expect(problem.detail).toContain('The store of the projects')
})

it('is a store that somebody has to set right, without what its error says', () => {
  const problem = adminProblemOf(new StoreUnusableError('permission denied for table keys'))
  expect(problem).toMatchObject({ code: 'store_unusable', status: 500, title: 'Store not usable' })
  expect(JSON.stringify(problem)).not.toContain('permission')
})

it.each([
  new Error('out of order'),
  new AuthenticationError('token_expired'),
  { code: 'project_not_found', status: 404, title: 'No such project', description: 'None.' },
  Object.create(RegistryError.prototype),
  'out of order',
  undefined,
])('is our own fault for %p', (thrown) => {
  const problem = adminProblemOf(thrown)
  expect(problem).toMatchObject({ code: 'internal_error', status: 500 })
  expect(JSON.stringify(problem)).not.toContain('out of order')
})
