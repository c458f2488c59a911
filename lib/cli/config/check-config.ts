import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Finding } from '../finding.js'
import { CommandFailure } from '../exit-code.js'
import { unreadable } from '../unreadable-file.js'
import { reportIn, type Report } from './process-report.js'

/** How long a module may take, in milliseconds. */
export interface ConfigLimits {
  readonly loadMs: number
  readonly checkMs: number
  /** For its `close`, which may never end. */
  readonly closeMs: number
}

/** Each check has a limit of its own, below this one. */
const defaultLimits: ConfigLimits = { loadMs: 15_000, checkMs: 60_000, closeMs: 3_000 }

/** Characters. A line of a report is shorter by far. */
const maxReportLength = 1_000_000

const program = fileURLToPath(new URL('config-process.js', import.meta.url))

/**
 * Checks the platform's own side: what a module of the platform exports, by names that docs/doctor-config.md has.
 *
 * The module is imported in a process of its own, for importing runs it: whatever it prints, opens, leaves open or ends is not this
 * process's. Changes nothing in the stores. Throws a CommandFailure when there is nothing that could be checked.
 */
export async function checkConfig(
  path: string,
  limits: Partial<ConfigLimits> = {},
): Promise<readonly Finding[]> {
  await requireFile(path)
  const report = await reportOf(resolve(path), { ...defaultLimits, ...limits })
  if ('findings' in report) return report.findings
  throw new CommandFailure('unknown', report.failure)
}

const aModule = 'a module'

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable('--config', error, aModule)
  })
  if (found.isDirectory()) throw unreadable('--config', { code: 'EISDIR' }, aModule)
  if (!found.isFile())
    throw new CommandFailure(
      'unknown',
      `--config cannot be read: this is no file. Give the path of ${aModule}`,
    )
}

type Outcome = Exclude<Report, { loaded: true }>

/** Runs the process of a module until it has said what it found, or cannot any more. */
async function reportOf(file: string, { loadMs, checkMs, closeMs }: ConfigLimits): Promise<Outcome> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [...process.execArgv, program, file, String(closeMs)], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const reports = child.stdio[3] as Readable
    let timer: NodeJS.Timeout
    let isLoaded = false
    let unread = ''

    const end = (outcome: Outcome) => {
      clearTimeout(timer)
      // What the module leaves open, or started itself, does not hold up the command.
      child.kill('SIGKILL')
      reports.destroy()
      settle(outcome)
    }
    const limit = (milliseconds: number, failure: string) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        end({ failure })
      }, milliseconds)
    }
    limit(
      loadMs,
      `the module of --config was not loaded within ${loadMs / 1000} s. Leave out of it what waits or computes for long`,
    )

    reports.setEncoding('utf8')
    reports.on('data', (text: string) => {
      const lines = (unread + text).split('\n')
      unread = lines.pop() ?? ''
      if (unread.length > maxReportLength) {
        end({ failure: 'the module of --config writes to the descriptor 3, which is that of the reports' })
        return
      }
      for (const line of lines) {
        const report = reportIn(line)
        if (report === undefined) continue
        if (!('loaded' in report)) {
          end(report)
          return
        }
        if (isLoaded) continue
        isLoaded = true
        limit(checkMs, `the checks of the module of --config took more than ${checkMs / 1000} s`)
      }
    })
    child.on('error', () => {
      end({ failure: 'no process could be started in which to import the module of --config' })
    })
    child.on('close', () => {
      const when = isLoaded ? 'while its parts were checked' : 'when it was imported'
      end({
        failure: `the module of --config ended its process ${when}. Keep process.exit() in the program that imports it`,
      })
    })
  })
}
