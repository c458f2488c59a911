import { expect, it } from '@jest/globals'
import { fetchJson } from '../../lib/http/fetched-json.js'

it.each([
  'https://user:opensesame@localhost:1/keys?opensesame',
  'http://opensesame@localhost:1/keys#opensesame',
])('repeats nothing of the password in %s', async (address) => {
  const error: unknown = await fetchJson(new URL(address), { maxBytes: 1_000, timeoutMs: 60_000 }).catch(
    (thrown: unknown) => thrown,
  )
  expect((error as Error).message).toMatch(/\/keys cannot be read: there is a user in its address$/)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('opensesame')
  expect(String((error as Error).cause)).not.toContain('opensesame')
})
