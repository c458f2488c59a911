import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Child } from '../../bench/child.js'
import type { Attack, AttackQuestion } from '../../bench/flood/attackers.js'
import { attackTokens } from '../../bench/flood/tokens.js'
import { Fleet } from '../../bench/http/fleet.js'
import { giveTokens } from '../../bench/http/requests.js'
import { ours, poolByHand } from '../../bench/http/rounds.js'
import { algs, makeKeys } from '../../bench/platform.js'
import { signTokens } from '../../bench/tokens.js'

const keys = makeKeys()
const names = [ours, poolByHand, 'jose + Map'] as const
const attackers = new Child('./flood/attackers.js')
let fleet: Fleet

beforeAll(async () => {
  fleet = await Fleet.start(keys.jwks, names)
}, 60_000)

afterAll(async () => {
  await attackers.stop()
  await fleet.stop()
})

it.each(algs)('every server accepts the honest and refuses what the attackers send, %s', async (alg) => {
  const { all, used } = await attackTokens(keys, alg, 4)
  expect([all.length, used.length]).toEqual([16, 4])
  const honest = await signTokens(keys, alg, 2)
  await fleet.useTokens([...used, ...all, ...honest])
  for (const name of names) {
    expect([name, await statusesOf(name, 0, 4)]).toEqual([name, { 200: 4 }])
    expect([name, await statusesOf(name, 4, 16)]).toEqual([name, { 401: 16 }])
    expect([name, await statusesOf(name, 20, 2)]).toEqual([name, { 200: 2 }])
  }
})

it.each([
  ['in a closed loop', {}],
  ['at a fixed rate', { rate: 500 }],
])('the attackers send until they are told to end: %s', async (_, how) => {
  const { all, used } = await attackTokens(keys, 'RS256', 4)
  const honest = await signTokens(keys, 'RS256', 40)
  await giveTokens(attackers, all)
  await fleet.useTokens([...used, ...honest])
  await fleet.serve([ours], { from: 0, count: 4, connections: 1 })
  const begin: AttackQuestion = { port: fleet.portOf(ours), connections: 8, ...how }
  await attackers.ask<number>(begin)
  // Throws where an honest call is not answered 200.
  await fleet.serve([ours], { from: 4, count: 40, connections: 4, rate: 200 })
  const { statuses, wall } = await attackers.ask<Attack>({ end: true })
  expect(Object.keys(statuses)).toEqual(['401'])
  // More than the 16 that there are, so they came again.
  expect(statuses[401]).toBeGreaterThan(16)
  expect(wall).toBeGreaterThan(0)
})

it('an attack whose connection is closed ends with an error instead of waiting for answers', async () => {
  const closing = createServer((socket) => socket.once('data', () => socket.destroy()))
  closing.listen(0, '127.0.0.1')
  await once(closing, 'listening')
  const { port } = closing.address() as AddressInfo
  try {
    await giveTokens(attackers, ['rubbish'])
    const begin: AttackQuestion = { port, connections: 2 }
    await attackers.ask<number>(begin)
    await expect(attackers.ask<Attack>({ end: true })).rejects.toThrow('the server hung up')
  } finally {
    closing.close()
  }
})

async function statusesOf(name: string, from: number, count: number) {
  return (await fleet.answer([name], { from, count, connections: 1 })).statuses
}
