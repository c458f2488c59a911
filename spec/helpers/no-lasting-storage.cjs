const { AsyncLocalStorage } = require('node:async_hooks')
const { TestEnvironment } = require('jest-environment-node')

const entered = new Set()

for (const method of ['run', 'enterWith']) {
  const enter = AsyncLocalStorage.prototype[method]
  AsyncLocalStorage.prototype[method] = function (...args) {
    entered.add(this)
    return enter.apply(this, args)
  }
}

/**
 * Node's environment, at the end of which no AsyncLocalStorage stays in use. Jest makes one for each test file, and up to Node 22
 * each one that was ever entered is copied to each promise of the process: after a hundred files that takes a third of the time.
 */
module.exports = class extends TestEnvironment {
  async teardown() {
    for (const storage of entered) storage.disable()
    entered.clear()
    await super.teardown()
  }
}
