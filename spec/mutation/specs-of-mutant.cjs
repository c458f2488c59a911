/**
 * A filter for jest: when one mutant is active, only the specs that answer for its file run. Without it every mutant would
 * load every spec, and a run would take hours.
 */
const { readFileSync } = require('node:fs')
const specsOf = require('./specs-of.cjs')

const fileOfMutant = new Map()
for (const name of Object.keys(specsOf)) {
  const instrumented = readFileSync(`dist/lib/${name}.js`, 'utf8')
  for (const [, id] of instrumented.matchAll(/stryMutAct_\w+\("(\d+)"\)/g)) fileOfMutant.set(id, name)
}

/** The file of the active mutant, below lib/; undefined when there is none. */
const activeFile = () => fileOfMutant.get(process.env.__STRYKER_ACTIVE_MUTANT__)

module.exports = (paths) => {
  // The first run, without a mutant, is to see all that answer for any.
  const files = [activeFile() ?? [...new Set(fileOfMutant.values())]].flat()
  return { filtered: paths.filter((path) => files.some((file) => specsOf[file].test(path))) }
}
module.exports.activeFile = activeFile
