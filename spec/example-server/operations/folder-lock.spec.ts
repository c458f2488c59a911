import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CannotStart } from '../../../example-server/operations/environment.js'
import { lockFolder } from '../../../example-server/operations/folder-lock.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-lock-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** What stands in the claim of this process, which has the folder. */
function ownClaim(): Record<string, unknown> {
  const unlock = lockFolder(folder)
  const [name = ''] = readdirSync(folder)
  const claim = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
  unlock()
  return claim
}

/** Leaves a claim as another process would. */
function claimOf(text: string): string {
  const file = join(folder, 'process-other.json')
  writeFileSync(file, text)
  return file
}

const claimWith = (changes: Record<string, unknown>) => claimOf(JSON.stringify({ ...ownClaim(), ...changes }))

/** The id of a process that was killed. */
async function killed(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'])
  child.kill('SIGKILL')
  await once(child, 'close')
  return child.pid ?? 0
}

function refusal(): string {
  try {
    lockFolder(folder)
  } catch (error) {
    expect(error).toBeInstanceOf(CannotStart)
    return (error as Error).message
  }
  return 'nothing was refused'
}

const inUseBy = (whom: string, remedy: string) =>
  `The projects in ${folder} are in use by ${whom}, and two processes on one folder lose projects and keys. ${remedy}, or choose another folder with DATA_FOLDER.`
const cannotTell = (file: string) =>
  `Whether it still runs cannot be told from here. Stop it; if it has ended already, delete ${file}`
const here = JSON.stringify(hostname())

it('lets one process at a time have the folder', () => {
  const unlock = lockFolder(folder)
  expect(refusal()).toBe(inUseBy(`process ${process.pid} on host ${here}`, 'Stop that one'))
  // Whoever was refused leaves nothing behind.
  expect(readdirSync(folder)).toHaveLength(1)
  unlock()
  expect(readdirSync(folder)).toEqual([])
  lockFolder(folder)
})

describe('a process that ended and said nothing', () => {
  it('leaves the folder free when it was killed', async () => {
    claimWith({ processId: await killed() })
    lockFolder(folder)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(readdirSync(folder)).not.toContain('process-other.json')
  })

  it('leaves it free when its id has been given to another process', () => {
    claimWith({ startedAt: '1' })
    lockFolder(folder)
    expect(readdirSync(folder)).not.toContain('process-other.json')
  })
})

describe('a process of another container', () => {
  const processSpace = 'b0070000-0000-4000-8000-000000000000 pid:[4026532999]'

  it('keeps the folder although no process here has its id', async () => {
    const processId = await killed()
    const file = claimWith({ host: 'other', processId, processSpace })
    expect(refusal()).toBe(inUseBy(`process ${processId} on host "other"`, cannotTell(file)))
    // The control: the same id of this system.
    rmSync(file)
    claimWith({ processId })
    lockFolder(folder)
  })

  it('keeps it although it has the very id of this process, as the first processes of two containers have', () => {
    const file = claimWith({ processSpace })
    expect(refusal()).toBe(inUseBy(`process ${process.pid} on host ${here}`, cannotTell(file)))
    rmSync(file)
    lockFolder(folder)
  })
})

it('keeps the folder for a process of another boot of this machine, which may be another machine of its name', () => {
  const { processSpace } = ownClaim()
  const [, namespace = ''] = String(processSpace).split(' ')
  const file = claimWith({ processSpace: `b0070000-0000-4000-8000-000000000000 ${namespace}` })
  expect(refusal()).toContain(cannotTell(file))
})

it.each([
  '',
  '{',
  'null',
  '7',
  '{"host":"other"}',
  '{"host":"other","processId":0,"processSpace":"","startedAt":""}',
  '{"host":"other","processId":"-1","processSpace":"","startedAt":""}',
])('keeps it for whoever wrote %j', (text) => {
  const file = claimOf(text)
  expect(refusal()).toBe(inUseBy('another process', cannotTell(file)))
})

it('shows a host name that would write on the terminal as the text that it is', () => {
  claimWith({ host: '\u001b[2J', processSpace: 'other' })
  expect(refusal()).toContain('on host "\\u001b[2J"')
})
