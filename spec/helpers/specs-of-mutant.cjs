/**
 * A filter for jest: when one mutant is active, only the specs that answer for its file run. Without it every mutant would
 * load every spec, and a run would take hours.
 */
const { readFileSync } = require('node:fs')

/** Paths below spec/, by file of lib/: its mirror, and what else is about it. */
const specsOf = {
  errors: /errors/,
  'once-a-request': /once-a-request/,
  protocol: /protocol|errors|verify.(claims|compact|signature)|keys.(public-key|project)|client.signer/,
  'keys/cached': /keys.cached/,
  'keys/key-material': /keys.public-key|attacks.i-register/,
  'keys/memory': /keys.memory/,
  'keys/project': /keys.project/,
  'keys/public-key': /keys.public-key|attacks.i-register/,
  'keys/weak-keys': /keys.weak-keys|attacks.i-register-a-weak/,
  'replay/memory': /replay.memory/,
  'verify/binding': /verify.binding|verifier/,
  'verify/claims': /verify.claims|verifier/,
  'verify/compact': /verify.compact|verifier/,
  'verify/credentials': /verify.credentials|verifier/,
  'verify/key': /verify.key|verifier/,
  'verify/signature': /verify.signature|verifier/,
  'verify/single-use': /verify.single-use|verifier/,
  'verify/strict-json': /verify.(strict-json|compact)/,
  'verify/store-answer': /verify.(key|single-use)|verifier/,
}

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
