import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../lib/cli/config/check-config.js'
import { moduleFile } from '../cli/config/modules.js'
import '../helpers/longer-time-limit.js'

/* What a module of the platform says on the descriptor of the reports, or has its parts say, is shown to an operator. */

const parts = 'export const replayStore = { consume() {} }\n'
const honest = { check: 'replay-store', result: 'skip', text: 'this replay store has no health() to ask' }

/** A module that writes this to the descriptor before it is checked. */
function writing(line: unknown): Promise<string> {
  const text = JSON.stringify(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  return moduleFile(`import { writeSync } from 'node:fs'\nwriteSync(3, ${text})\n${parts}`)
}

describe('a report that a module writes', () => {
  it.each([
    [{ findings: 5 }],
    [{ findings: [] }],
    [{ findings: [null] }],
    [{ findings: [{ ...honest, result: 'good' }] }],
    [{ findings: [{ ...honest, check: '\u001b[2J' }] }],
    [{ findings: [{ check: 'config', result: 'ok' }] }],
    [{ findings: [{ ...honest, fix: 5 }] }],
    [{ failure: { toString: 5 } }],
    [{ loaded: 1 }],
  ])('is ignored when it is %j', async (line) => {
    expect(await checkConfig(await writing(line))).toContainEqual(honest)
  })

  it('cannot steer the terminal, or write a line of its own', async () => {
    const text = 'a\nok    keys  forged\u001b[2J\u009b31m\u202e'
    const findings = [{ check: 'config', result: 'FAIL', text, fix: text, more: text }]
    expect(await checkConfig(await writing({ findings }))).toEqual([
      {
        check: 'config',
        result: 'FAIL',
        text: String.raw`a\u000aok    keys  forged\u001b[2J\u009b31m\u202e`,
        fix: String.raw`a\u000aok    keys  forged\u001b[2J\u009b31m\u202e`,
      },
    ])
    await expect(checkConfig(await writing({ failure: text }))).rejects.toThrow(
      String.raw`a\u000aok    keys  forged\u001b[2J`,
    )
  })

  it('cannot make the limit begin anew again and again', async () => {
    const code = `import { writeSync } from 'node:fs'
setInterval(() => writeSync(3, '{"loaded":true}\\n'), 20)
export const issuer = { ready: () => new Promise(() => undefined) }\n`
    const limits = { loadMs: 60_000, checkMs: 1_000 }
    await expect(checkConfig(await moduleFile(code), limits)).rejects.toThrow('took more than 1 s')
  })

  it('is no longer read when it has no end', async () => {
    const code = `import { writeSync } from 'node:fs'\nfor (;;) writeSync(3, 'x'.repeat(65_536))\n`
    const limits = { loadMs: 60_000, checkMs: 60_000 }
    await expect(checkConfig(await moduleFile(code), limits)).rejects.toThrow('writes to the descriptor 3')
  })
})

it.each([
  ['an error', "issuer = { ready() { throw new TypeError('signingKeys: SECRET') } }"],
  [
    'a finding',
    "replayStore = { consume() {}, health: () => ({ findings: [{ level: 'error', about: 'x', text: 'SECRET' }] }) }",
  ],
  [
    'the name of a key',
    "store = { expiringKeys: () => [{ projectId: 'shop', kid: 'SECRET', notAfter: 0 }] }",
  ],
])(
  'prints no password of a connection string that stands in %s, whatever characters it has',
  async (_, code) => {
    for (const password of ['opensesame', 'open/sesame', 'open@ses/ame', 'open?ses#ame']) {
      const secret = `postgres://app:${password}@db.internal/x`
      const path = await moduleFile(`export const ${code.replace('SECRET', secret)}`)
      const text = JSON.stringify(await checkConfig(path))
      expect(text).toMatch(/:\/\/\.\.\.@db\.internal/)
      expect(text).not.toMatch(/open|ame@/)
    }
  },
)
