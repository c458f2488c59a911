import { afterEach, expect, it } from '@jest/globals'
import { CannotStart, portFrom, workersFrom } from '../../../example-server/operations/environment.js'

afterEach(() => {
  delete process.env.PLATFORM_PORT
  delete process.env.WORKERS
})

it.each(['', 'abc', '-1', '65536', '0x10', '\u001b[31m'])(
  'refuses the port %j in one line that says what to do',
  (value) => {
    process.env.PLATFORM_PORT = value
    expect(() => portFrom('PLATFORM_PORT', 4000)).toThrow(
      new CannotStart(
        `PLATFORM_PORT is ${JSON.stringify(value)}, which is not a port. Set it to a number from 0 to 65535 (0 = any free port), or leave it out.`,
      ),
    )
  },
)

it('takes the ports at both ends, and another one when there is none', () => {
  process.env.PLATFORM_PORT = '65535'
  expect(portFrom('PLATFORM_PORT', 4000)).toBe(65_535)
  process.env.PLATFORM_PORT = '0'
  expect(portFrom('PLATFORM_PORT', 4000)).toBe(0)
  delete process.env.PLATFORM_PORT
  expect(portFrom('PLATFORM_PORT', 4000)).toBe(4000)
})

it.each(['0', '-1', 'four', '100', ''])('refuses WORKERS=%s in one line that says what to do', (value) => {
  process.env.WORKERS = value
  expect(() => workersFrom('redis://localhost', 'postgres://localhost/demo')).toThrow(
    new CannotStart(`WORKERS is ${JSON.stringify(value)}; set it to a number from 1 to 99, or leave it out.`),
  )
})
