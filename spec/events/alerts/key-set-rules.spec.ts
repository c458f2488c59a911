import { expect, it } from '@jest/globals'
import { now } from '../../helpers/mint.js'
import { told } from '../observed-events.js'
import { alerting } from './alerting.js'

const failed = (after: number, projectId?: string) =>
  told('key_set.failed', {
    time: now + after,
    cause: 'HTTP 500',
    ...(projectId !== undefined && { projectId }),
  })
const read = (after: number, members: object) => told('key_set.read', { time: now + after, ...members })

it('names the project whose set it is, and none for that of an issuer', () => {
  const { see, raised } = alerting()
  for (const after of [0, 900]) {
    see(failed(after, 'shop'))
    see(failed(after))
  }
  const [ofProject, ofIssuer] = raised()
  expect(ofProject).toMatchObject({ rule: 'key_set_failing', projectId: 'shop', count: 1 })
  expect(ofProject?.text).toMatch(/^Project "shop": its key set could not be read for 15 minutes\. /)
  expect(ofIssuer?.text).toMatch(/^The key set of the session issuer could not be read for 15 minutes\. /)
  expect(ofIssuer).not.toHaveProperty('projectId')
})

it('counts from the first failure after a good read', () => {
  const { see, raised } = alerting()
  for (const after of [0, 600]) see(failed(after, 'shop'))
  see(read(650, { projectId: 'shop' }))
  for (const after of [700, 1_500]) see(failed(after, 'shop'))
  expect(raised()).toEqual([])
  see(failed(1_600, 'shop'))
  expect(raised()).toHaveLength(1)
})

it('tells of a published private key once for a project, with its kid and how many there are', () => {
  const { see, raised } = alerting()
  const droppedKeys = [
    { kid: 'k\n1', reason: 'private' },
    { reason: 'private' },
    { kid: 'k2', reason: 'too_many' },
  ]
  for (const after of [0, 300, 600]) see(read(after, { projectId: 'shop', droppedKeys }))
  see(read(0, { projectId: 'rival', droppedKeys: [{ reason: 'private' }] }))
  expect(raised()).toMatchObject([
    { rule: 'private_key_published', severity: 'critical', projectId: 'shop', kid: 'k\n1', count: 2 },
    { rule: 'private_key_published', projectId: 'rival', count: 1 },
  ])
  expect(raised()[1]).not.toHaveProperty('kid')
  for (const { text } of raised()) expect(text).toMatch(/^[\x20-\x7E]+$/)
})
