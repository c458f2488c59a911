import { expect, it } from '@jest/globals'
import { call } from '../called.js'
import '../../helpers/longer-time-limit.js'
import { moduleFile } from './modules.js'

/** Two findings of one check. */
const replayStore = `export const replayStore = {
  consume() {},
  async health() {
    return {
      findings: [
        { level: 'error', about: 'eviction', text: 'The first is wrong. Correct it.' },
        { level: 'warning', about: 'persistence', text: 'The second is odd. Look at it.' },
      ],
    }
  },
}`

it('prints a line for each finding, and how many there were in how many checks', async () => {
  const { code, stdout, stderr } = await call(['doctor', '--config', await moduleFile(replayStore)])
  expect(stdout).toBe(`\
ok    config          the module exports replayStore
FAIL  replay-store    the first is wrong
      fix: Correct it.
warn  replay-store    the second is odd
      fix: Look at it.
skip  database        the module exports no db that can be asked
skip  grants          the module exports no db that can be asked
skip  keys            the module exports no store that can be asked
skip  signing-keys    the module exports no issuer that can be asked
ok    clock           the clock of this machine agrees with Redis
1 FAIL, 1 warn, 4 skip of 7 checks
`)
  expect([code, stderr]).toEqual([1, ''])
})

it('prints one JSON object, and exits with 0 if nothing fails', async () => {
  const code =
    "import { MemoryReplayStore } from 'reverse-jwt'\nexport const replayStore = new MemoryReplayStore()"
  const called = await call(['doctor', '--config', await moduleFile(code), '--json'])
  const { checks, ...rest } = JSON.parse(called.stdout) as { checks: object[] }
  expect(rest).toEqual({ result: 'warn' })
  expect(checks[0]).toEqual({ check: 'config', result: 'ok', text: 'the module exports replayStore' })
  expect([called.code, called.stderr]).toEqual([0, ''])
})

it('says why nothing could be checked, and exits with 3', async () => {
  const { code, stdout, stderr } = await call(['doctor', '--config', await moduleFile('throw new Error()')])
  expect([code, stdout]).toEqual([3, ''])
  expect(stderr).toMatch(/^reverse-jwt doctor: the module of --config threw when it was imported/)
})

it.each(['--url', '--key', '--project', '--audience', '--origin', '--token-endpoint'])(
  'stands alone, without %s',
  async (option) => {
    const { code, stderr } = await call([
      'doctor',
      '--config',
      'platform.mjs',
      option,
      'https://shop.example',
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--config .* takes no other option but --json/)
  },
)
