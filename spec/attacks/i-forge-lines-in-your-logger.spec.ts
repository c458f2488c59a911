import { expect, it } from '@jest/globals'
import { pino } from 'pino'
import { createVerifier, eventLine } from '../../lib/index.js'
import { logEvents, type EventLogEntry } from '../../lib/events/index.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { Secrets } from '../helpers/secrets.js'

const forgeries: readonly [string, string][] = [
  ['a line end and a line of its own', 'x\r\n{"level":30,"msg":"A token was accepted"}'],
  ['an escape of a terminal', '\x1b[2K\x1b[1Aaccepted'],
  ['text that turns direction', '\u202edetpecca\u2066x'],
  ['a quote and a bracket', '"},"msg":"A token was accepted"'],
]

/** All that is written, by pino and by the recipe for the console. */
function logged() {
  const written: Record<'pino' | 'console', string[]> = { pino: [], console: [] }
  const byPino = pino({}, { write: (line) => written.pino.push(line) })
  const write = ({ event }: EventLogEntry, text: string) =>
    written.console.push(`${text} ${eventLine(event)}`)
  const onEvent = [
    logEvents(byPino, { accepted: true }),
    logEvents({ info: write, warn: write, error: write }, { accepted: true }),
  ]
  return { written, verifier: createVerifier(platform({ onEvent }).options) }
}

it.each(forgeries)('I name my key and project with %s, and each is one line', async (_, text) => {
  const { written, verifier } = logged()
  const secrets = new Secrets()
  const token = mint({ header: { kid: text }, claims: { proj_id: text, sub: undefined } })
  secrets.addToken(token)
  await verifier.verify(token, { origin: text }).catch(() => undefined)

  expect(written.pino).toHaveLength(1)
  const [line = ''] = written.pino
  expect(line.slice(0, -1)).not.toMatch(/[\x00-\x1F]/)
  expect(JSON.parse(line)).toMatchObject({
    msg: 'A token was refused: token_not_verified',
    event: { type: 'refused', unverifiedKid: text, unverifiedProjectId: text, origin: text },
  })

  expect(written.console).toEqual([
    expect.stringMatching(/^A token was refused: token_not_verified \{"type":"refused",[\x20-\x7E]+\}$/),
  ])
  expect([...written.pino, ...written.console].map((one) => secrets.findIn(one))).toEqual([
    undefined,
    undefined,
  ])
})

it('the honest token is one line, too, without the token', async () => {
  const { written, verifier } = logged()
  const secrets = new Secrets()
  const token = mint()
  secrets.addToken(token)
  await verifier.verify(token)
  const [line = ''] = written.pino
  expect(JSON.parse(line)).toMatchObject({ msg: 'A token was accepted', event: { projectId: 'shop' } })
  expect(written.console).toEqual([expect.stringMatching(/^A token was accepted \{[\x20-\x7E]+\}$/)])
  expect([...written.pino, ...written.console].map((one) => secrets.findIn(one))).toEqual([
    undefined,
    undefined,
  ])
})
