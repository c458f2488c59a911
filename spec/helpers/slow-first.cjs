const { readFileSync } = require('node:fs')
const Sequencer = require('@jest/test-sequencer').default

/** What a spec file imports that starts programs, or asks a property many questions. Those are the slow ones, however short they are. */
const slow =
  /\/bench\/|\/(?:child-process|chromium|command|console-visitor|demo-process|drill-platform|installation|key-set-visitor|postgres-server|property|race|redis-server|redis-topologies|shared-servers|stack)\.js'|'node:child_process'/

/**
 * An order of spec files: slow ones begin first, so that at the end no worker has a slow one for itself while the others have
 * nothing left. Jest knows by itself only how long a file took the last time; on a fresh clone it takes the largest first.
 */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests)
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted
    const isSlow = new Map(sorted.map((test) => [test, slow.test(readFileSync(test.path, 'utf8'))]))
    return sorted.toSorted((a, b) => Number(isSlow.get(b)) - Number(isSlow.get(a)))
  }
}
