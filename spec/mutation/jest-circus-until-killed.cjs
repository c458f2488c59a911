const { default: runFile } = require('jest-circus/runner')

let killer = {}

/** Runs a spec file, unless one before it has killed the active mutant: Stryker knows no way to stop jest at a failure. */
module.exports = async (...file) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__
  if (mutant !== undefined && mutant === killer.mutant) return killer.result
  const result = await runFile(...file)
  if (result.numFailingTests > 0) killer = { mutant, result }
  return result
}
