#!/usr/bin/env node
import { exitCodes } from './exit-code.js'
import { run } from './run.js'
import { processTerminal } from './terminal.js'

const terminal = processTerminal((exitCode) => {
  process.exit(exitCode)
})

// A process that has nothing left to wait for ends, whatever it has found out until then.
process.exitCode = exitCodes.unknown
void run(process.argv.slice(2), terminal).then((exitCode) => {
  // What was printed into a pipe may not be written yet. Then nothing is waited for: a look-up of a name that nobody answers, say.
  process.stdout.write('', (error) => {
    // The terminal has heard of it, too.
    if (error != null) return
    process.stderr.write('', () => {
      process.exit(exitCode)
    })
  })
})
