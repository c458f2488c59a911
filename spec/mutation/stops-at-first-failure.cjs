const { TestEnvironment } = require('jest-environment-node')

/** Skips the rest of a spec file once a test of it has failed: the mutant is dead, and a hung one would hang each of them. */
module.exports = class extends TestEnvironment {
  failed = false

  handleTestEvent({ name, test }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.failed = true
    if (name === 'test_start' && this.failed) test.mode = 'skip'
  }
}
