const { activeFile } = require('./specs-of-mutant.cjs')

/** An order of spec files: the one that mirrors the mutant's file comes first, because it knows that file best. */
module.exports = class {
  sort(tests) {
    const mirror = `/dist/spec/${activeFile()}.spec.js`
    return tests.toSorted((a, b) => Number(b.path.endsWith(mirror)) - Number(a.path.endsWith(mirror)))
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
