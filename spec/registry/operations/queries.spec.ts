import { describe, expect, it } from '@jest/globals'
import { by, expectDenial, managed } from '../../helpers/registry.js'

describe('lists', () => {
  it('come page by page', async () => {
    const { registry } = managed()
    for (const id of ['c', 'a', 'b']) await registry.createProject({ id }, { by })
    const { projects, next } = await registry.listProjects({ limit: 2 })
    expect([projects.map(({ id }) => id), next]).toEqual([['a', 'b'], 'b'])
    const rest = await registry.listProjects({ limit: 2, after: next })
    expect(rest).toEqual({ projects: [expect.objectContaining({ id: 'c' })] })
    expect(await registry.listProjects({ limit: 3 })).not.toHaveProperty('next')

    const newest = await registry.listAudit({ limit: 2 })
    expect(newest.records.map(({ projectId }) => projectId)).toEqual(['b', 'a'])
    const oldest = await registry.listAudit({ limit: 2, before: newest.next })
    expect(oldest).toEqual({ records: [expect.objectContaining({ projectId: 'c' })] })
    expect((await registry.listAudit({ projectId: 'a' })).records).toHaveLength(1)
  })

  it.each([
    [{ limit: 0 }, 'listProjects: limit must be a whole number from 1 to 500'],
    [{ limit: 501 }, 'listProjects: limit must be a whole number from 1 to 500'],
    [{ limit: '5' }, 'listProjects: limit must be a whole number from 1 to 500'],
    [{ after: '' }, /^listProjects: after must be a string/],
    [{ form: 1 }, /^listProjects: unknown member of a query "form"/],
  ])('refuse %j', async (query, message) => {
    await expectDenial(managed().registry.listProjects(query as never), 'request_invalid', message)
  })

  const noPlaces = [
    '',
    'key-1',
    ',key-1',
    '1,',
    '1',
    'x,key-1',
    '1e,key-1',
    '1e300,k',
    'Infinity,a',
    '1,a\0',
    7,
    ['1,a'],
  ]
  it.each([
    [{ limit: 0 }, 'listKeys: limit must be a whole number from 1 to 500'],
    ...noPlaces.map((after): [object, string] => [
      { after },
      'listKeys: after must be the next of a list of keys',
    ]),
    [{ before: 1 }, /^listKeys: unknown member of a query "before"/],
  ])('of keys refuse %j', async (query, message) => {
    const { registry } = managed()
    await registry.createProject({ id: 'shop' }, { by })
    await expectDenial(registry.listKeys('shop', query as never), 'request_invalid', message)
  })

  it.each([
    [{ limit: 1.5 }, 'listAudit: limit must be a whole number from 1 to 500'],
    [{ before: 0 }, 'listAudit: before must be the id of a record'],
    // Not the audit of everybody for who lost the id of his own.
    [{ projectId: undefined }, 'listAudit: projectId is undefined; set it or leave it out'],
    [{ before: '7' }, 'listAudit: before must be the id of a record'],
    [{ projectId: 7 }, /^listAudit: projectId must be a string/],
  ])('of the audit refuse %j', async (query, message) => {
    await expectDenial(managed().registry.listAudit(query as never), 'request_invalid', message)
  })

  it('refuse names that no project can have', async () => {
    const { registry } = managed()
    await expectDenial(
      registry.getProject('a\0'),
      'request_invalid',
      /^getProject: projectId must be a string/,
    )
    await expectDenial(
      registry.listKeys(7 as never),
      'request_invalid',
      /^listKeys: projectId must be a string/,
    )
  })
})
