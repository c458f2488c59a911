import { expect, it } from '@jest/globals'
import { sessions } from '../../bench/sessions/bench.js'

it('measures sessions', async () => {
  const { tables, verdicts } = await sessions({
    algs: ['ES256'],
    rounds: 1,
    warmUp: 1,
    batch: 10,
    lookUps: 100,
    requests: 70,
  })
  expect(tables.map(({ title, rows }) => [title, rows.length])).toEqual([
    ['Sessions in process', 1],
    ['Sessions behind Express', 1],
  ])
  expect(verdicts.map(({ target }) => target)).toEqual([
    "sessions in process, ES256: a second, as a share of crypto.verify's",
    'whether a session has ended, among 10,000 entries, in µs',
    'sessionAuth, ES256, 64 connections: requests a second, as a multiple of jose by hand',
    'sessionAuth, ES256, 64 connections: requests a second, as a multiple of express-oauth2-jwt-bearer',
  ])
  for (const { reached } of verdicts) expect(reached.value.median).toBeGreaterThan(0)
}, 60_000)
