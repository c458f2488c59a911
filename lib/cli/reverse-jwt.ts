#!/usr/bin/env node
import { run } from './run.js'
import { processTerminal } from './terminal.js'

const terminal = processTerminal((exitCode) => {
  process.exit(exitCode)
})

void run(process.argv.slice(2), terminal).then((exitCode) => {
  // Not process.exit: what was printed into a pipe may not be written yet.
  process.exitCode = exitCode
})
