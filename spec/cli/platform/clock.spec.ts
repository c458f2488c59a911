import { describe, expect, it } from '@jest/globals'
import type { Answer } from '../../../lib/cli/network/ask.js'
import { checkClock } from '../../../lib/cli/platform/clock.js'
import { consult, lineOf } from '../consult.js'
import { openPlatforms } from './platforms.js'

/** Asked at this moment, and answered half a second later. */
const asked = 1_790_000_000.25
const fix =
  'Set the clock that is wrong, by NTP. Most platforms refuse tokens when the clocks are more than 10 s apart'

function answer(told: { date?: number | string; age?: string; serverTime?: number }): Answer {
  const { date, age, serverTime } = told
  const text = typeof date === 'number' ? new Date(date * 1000).toUTCString() : date
  return {
    status: 401,
    headers: { ...(text !== undefined && { date: text }), ...(age !== undefined && { age }) },
    body: serverTime === undefined ? '' : JSON.stringify({ server_time: serverTime }),
    askedAt: asked,
    answeredAt: asked + 0.5,
  }
}

/** What is said of a clock that is so far ahead when it answers, half way between. */
const ahead = (seconds: number) => checkClock([answer({ date: Math.floor(asked + 0.25 + seconds) })])

describe('clock', () => {
  it.each([-2.5, -2, -1, -0.3, 0, 0.3, 1, 2, 2.4])('is good when it may be %d s off', (seconds) => {
    expect(ahead(seconds)).toEqual({
      result: 'ok',
      text: "the platform's is that of this machine, to within 2 s",
    })
  })

  it.each([
    [4, '4 s ahead of'],
    [5, '5 s ahead of'],
    [-3.6, '4 s behind'],
    [-5, '5 s behind'],
  ])('warns of %d s', (seconds, words) => {
    expect(ahead(seconds)).toEqual({
      result: 'warn',
      text: `the platform's is ${words} that of this machine`,
      fix,
    })
  })

  it.each([
    [6.5, '7 s ahead of'],
    [-6.6, '7 s behind'],
    [170, '170 s ahead of'],
    [-3_600, '60 minutes behind'],
    [86_400, '24 hours ahead of'],
    [1e9, 'more than two days ahead of'],
    [-1e9, 'more than two days behind'],
  ])('fails for %d s', (seconds, words) => {
    expect(ahead(seconds)).toEqual({
      result: 'FAIL',
      text: `the platform's is ${words} that of this machine`,
      fix,
    })
  })

  it('is that of who verifies, and not that of what stands in front', () => {
    expect(
      checkClock([answer({ date: asked }), answer({ date: asked, serverTime: asked + 30 })]),
    ).toMatchObject({
      result: 'FAIL',
      text: "the platform's is 30 s ahead of that of this machine",
    })
    expect(checkClock([answer({ date: asked + 30 }), answer({ serverTime: asked })])).toMatchObject({
      result: 'ok',
    })
  })

  it.each([
    ['what a cache has kept', { date: asked - 200, age: '200' }],
    ['a date that is none', { date: 'yesterday' }],
    ['an answer without a date', {}],
  ])('is not told by %s', (_, told) => {
    expect(checkClock([answer(told)])).toEqual({
      result: 'skip',
      text: 'no answer of the platform says its time',
    })
    expect(checkClock([answer(told), answer({ date: asked })])).toMatchObject({ result: 'ok' })
  })

  it('is not told by no answer', () => {
    expect(checkClock([{ text: 'nothing', fix: '', isReached: false }])).toMatchObject({ result: 'skip' })
  })
})

describe('the clock of a platform', () => {
  const platforms = openPlatforms()

  it('is read from its refusal', async () => {
    const verifier = { clock: () => Date.now() / 1000 + 3_600 }
    const sum = await consult(['--url', `${platforms.platform({ verifier })}/embed/portal`])
    expect(lineOf('clock', sum)).toMatch(/^FAIL .* 60 minutes ahead of/)
    expect(sum.exitCode).toBe(1)
  })

  it('is read from the date of its metadata', async () => {
    const url = platforms.platform({
      before: (_req, res, next) => {
        res.setHeader('Date', new Date(Date.now() - 7_200_000).toUTCString())
        next()
      },
    })
    expect(lineOf('clock', await consult(['--url', url]))).toMatch(/^FAIL .* 120 minutes behind/)
  })
})
