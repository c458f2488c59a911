import { expect, it } from '@jest/globals'
import { inTurn } from '../../../lib/registry/rules/slow-checks.js'
import { expectDenial } from '../../helpers/registry.js'

const log: string[] = []

/** A check of two steps. */
function* check(name: string, end: () => void = () => undefined): Generator<undefined, string, undefined> {
  log.push(`${name} begins`)
  yield
  log.push(`${name} goes on`)
  yield
  end()
  return name
}

/** One that needs no second step. */
const quick = () =>
  inTurn(
    (function* () {
      return 'quick'
    })(),
  )

it('takes one check at a time, each to its end', async () => {
  log.length = 0
  expect(await Promise.all([inTurn(check('a')), inTurn(check('b'))])).toEqual(['a', 'b'])
  expect(log).toEqual(['a begins', 'b begins', 'a goes on', 'b goes on'])
})

it('lets 32 wait and turns away others, but for what is done at once, and none when they are through', async () => {
  const waiting = Array.from({ length: 32 }, (_, at) => inTurn(check(String(at))))
  const busy = 'Too many RSA keys are being registered at once. Nothing was changed; try again shortly.'
  await expectDenial(inTurn(check('late')), 'conflict', busy)
  expect(await quick()).toBe('quick')
  expect(await Promise.all(waiting)).toHaveLength(32)
  expect(await inTurn(check('next'))).toBe('next')
})

it('goes on after one that throws', async () => {
  const broken = inTurn(
    check('a', () => {
      throw new Error('broken')
    }),
  )
  const next = inTurn(check('b'))
  await expect(broken).rejects.toEqual(new Error('broken'))
  expect(await next).toBe('b')
})
