import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import type * as Warnings from '../lib/warnings.js'

let warnOnce: typeof Warnings.warnOnce
let emitWarning: jest.SpiedFunction<typeof process.emitWarning>

beforeEach(async () => {
  // A warning is given once a process; a fresh module is as good as a fresh process.
  jest.resetModules()
  ;({ warnOnce } = await import('../lib/warnings.js'))
  emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
})
afterEach(() => {
  emitWarning.mockRestore()
})

it('gives each warning once, with a code that silences it', () => {
  const codes = [
    'REVERSE_JWT_NO_TLS',
    'REVERSE_JWT_MEMORY_STORE_IN_CLUSTER',
    'REVERSE_JWT_BODY_NOT_PARSED',
    'REVERSE_JWT_LISTENER_FAILED',
  ] as const
  for (const code of [...codes, ...codes.toReversed()]) warnOnce(code)
  expect(emitWarning.mock.calls.map(([, options]) => options)).toEqual(
    codes.map((code) => ({ type: 'ReverseJwtWarning', code })),
  )
})

it('says what to do', () => {
  warnOnce('REVERSE_JWT_NO_TLS')
  expect(emitWarning.mock.calls[0]?.[0]).toBe(
    'A request with a project token came without TLS, so the token could be read on its way. Behind a proxy that ends TLS, set app.set("trust proxy", ...) so that req.secure is right.',
  )
})
