import { writeSync } from 'node:fs'
import { Server } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { Finding } from '../finding.js'
import { CommandFailure } from '../exit-code.js'
import { kindOf, reasonOf } from './failure-reason.js'
import { loadingFailure } from './loading-failure.js'
import { checkParts } from './platform-checks.js'
import { partsOf, type PlatformParts } from './platform-parts.js'
import type { Report } from './process-report.js'

/*
 * The process in which a module of the platform is imported and checked: `node config-process.js FILE CLOSE_MS`. What the module does to its
 * process ends here, and what it prints goes nowhere. Reports are lines of JSON on descriptor 3.
 */

/** If nobody is left who would end this process. */
const maxLifeMs = 120_000
const maxUncaught = 3

const uncaught: Finding[] = []

function report(line: Report): void {
  writeSync(3, `${JSON.stringify(line)}\n`)
}

/** What would end the platform: an event `error` that nobody listens to, a promise that nobody waits for. */
function noteUncaught(error: unknown): void {
  // The platform has an answer of its own.
  if (process.listenerCount('uncaughtException') > 1 || uncaught.length >= maxUncaught) return
  const finding: Finding = {
    check: 'config',
    result: 'FAIL',
    text: `an error reached nobody, and would end the platform (${reasonOf(error).text})`,
    fix: "Listen to the errors of each client and pool: client.on('error', ...). Await what returns a promise.",
  }
  if (!uncaught.some(({ text }) => text === finding.text)) uncaught.push(finding)
}

/** A check must not take the port of the platform, nor its requests. */
function refuseToListen(): void {
  Server.prototype.listen = () => {
    report({
      failure:
        'the module of --config opens a port when it is imported. Keep listen() in the program that imports it',
    })
    process.exit()
  }
}

/** A part that does not close must not hold up the answer. */
async function closed({ close }: PlatformParts, closeMs: number): Promise<void> {
  const closing = Promise.resolve()
    .then(() => close?.())
    .catch(() => undefined)
  await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, closeMs))])
}

async function check(file: string, closeMs: number): Promise<Report> {
  let exported: Record<string, unknown>
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw loadingFailure(error)
  }
  report({ loaded: true })
  const { parts, findings } = partsOf(exported)
  const found = await checkParts(parts)
  // What fails because something is closed is no finding.
  const all = [...findings, ...uncaught, ...found]
  await closed(parts, closeMs)
  return { findings: all }
}

async function main(file: string, closeMs: number): Promise<void> {
  setTimeout(() => process.exit(), maxLifeMs)
  process.on('uncaughtException', noteUncaught)
  refuseToListen()
  try {
    report(await check(file, closeMs))
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    report({ failure: error.message })
  }
  process.exit()
}

const [file = '', closeMs] = process.argv.slice(2)
void main(file, Number(closeMs)).catch((error: unknown) => {
  report({ failure: `this is a defect of reverse-jwt (${kindOf(error)}). Please report what you called` })
  process.exit()
})
