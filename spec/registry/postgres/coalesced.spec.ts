import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { coalesced } from '../../../lib/registry/postgres/coalesced.js'

const heard: (string | undefined)[] = []
let { receive, close } = coalesced(() => undefined)

beforeEach(() => {
  jest.useFakeTimers()
  heard.length = 0
  ;({ receive, close } = coalesced((projectId) => heard.push(projectId)))
})
afterEach(() => {
  close()
  jest.useRealTimers()
})

it('tells of a change at once, and of each project by itself', () => {
  receive('shop')
  receive('rival')
  receive()
  expect(heard).toEqual(['shop', 'rival', undefined])
})

it('tells of a few changes of a project in a row at once, each of them', () => {
  for (let count = 1; count <= 5; count++) {
    receive('shop')
    expect(heard).toHaveLength(count)
  }
})

it('tells of many messages once more, when the window is over, and not again', () => {
  for (let count = 0; count < 1_000; count++) receive('shop')
  expect(heard).toHaveLength(5)
  jest.advanceTimersByTime(499)
  expect(heard).toHaveLength(5)
  jest.advanceTimersByTime(1)
  expect(heard).toHaveLength(6)
  jest.advanceTimersByTime(10_000)
  expect(heard).toHaveLength(6)
  receive('shop')
  expect(heard).toHaveLength(7)
})

it('tells twice a second of everything while messages never end, so that a read in between can end', () => {
  for (let count = 0; count < 1_000; count++) {
    receive()
    jest.advanceTimersByTime(1)
  }
  expect(heard.length).toBeGreaterThan(1)
  expect(heard.length).toBeLessThanOrEqual(3)
})

it('remembers a thousand projects, and tells of everything for any more', () => {
  for (let count = 0; count < 1_000; count++) receive(`made-up-${count}`)
  receive('one more')
  receive('and another')
  expect(heard).toHaveLength(1_001)
  expect(heard.at(-1)).toBeUndefined()
  jest.advanceTimersByTime(500)
  // The second message beyond the thousand.
  expect(heard).toHaveLength(1_002)
})

it('says nothing after it was closed', () => {
  receive()
  receive()
  close()
  jest.advanceTimersByTime(1_000)
  expect(heard).toEqual([undefined])
  expect(jest.getTimerCount()).toBe(0)
})
