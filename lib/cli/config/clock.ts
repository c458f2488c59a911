import { maxSecondsApart } from '../../replay/bound-clock.js'
import type { Finding } from '../finding.js'
import type { AskedDatabase } from './database.js'
import { withinSentence, type ReplayStoreHealth } from './replay-store.js'

const check = 'clock'
const unusualSecondsApart = 2
const fix = 'Let NTP set the clock of this machine and that of the other.'

/** Do this machine, the database and Redis have one time? */
export function clockFindings(asked: AskedDatabase | undefined, health: ReplayStoreHealth): Finding[] {
  const database = asked === undefined || 'failure' in asked ? [] : databaseClock(asked.secondsAhead)
  const redis = health === undefined || 'failure' in health ? [] : redisClock(health.findings)
  const compared = [...database, ...redis]
  if (compared.length === 0)
    return [{ check, result: 'skip', text: 'there is no database and no Redis that told its time' }]
  const wrong = compared.filter(({ result }) => result !== 'ok')
  if (wrong.length > 0) return wrong
  const others = compared.map(({ text }) => text).join(' and ')
  return [{ check, result: 'ok', text: `the clock of this machine agrees with ${others}` }]
}

const unchecked: Finding = {
  check,
  result: 'warn',
  text: 'Redis does not tell its time, so that its clock could not be compared',
  fix: 'Allow TIME to the user of the platform, or look at the clock by hand.',
}

function databaseClock(secondsAhead: number): Finding[] {
  const apart = Math.abs(secondsAhead)
  if (apart <= unusualSecondsApart) return [{ check, result: 'ok', text: 'the database' }]
  const direction = secondsAhead > 0 ? 'ahead of' : 'behind'
  return [
    {
      check,
      result: apart > maxSecondsApart ? 'FAIL' : 'warn',
      text: `the clock of the database is ${Math.round(apart)} s ${direction} that of this machine`,
      fix,
    },
  ]
}

function redisClock(findings: readonly { level: string; about: string; text: string }[]): Finding[] {
  // Who could not be asked has not told its time either.
  if (findings.some(({ about }) => about === 'connection')) return []
  const [found] = findings.filter(({ about }) => about === 'clock')
  if (found === undefined) return [{ check, result: 'ok', text: 'Redis' }]
  if (found.level === 'unchecked') return [unchecked]
  const [text = ''] = found.text.split(/[;.]/, 1)
  return [{ check, result: found.level === 'error' ? 'FAIL' : 'warn', text: withinSentence(text), fix }]
}
