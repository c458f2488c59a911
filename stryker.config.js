import manifest from './package.json' with { type: 'json' }
import specsOf from './spec/mutation/specs-of.cjs'

/** `npm run mutate`: changes lib/ in every small way that Stryker knows, and asks the specs whether they notice. */
export default {
  mutate: Object.keys(specsOf).map((name) => `lib/${name}.ts`),
  tempDirName: '.mutation',
  ignorePatterns: ['bench', 'dist', 'docs'],
  // In a copy two folders below this one, which has no node_modules yet.
  buildCommand: 'node ../../node_modules/typescript7/bin/tsc',
  testRunner: 'jest',
  // Those of `npm run jest`.
  testRunnerNodeArgs: manifest.scripts.jest.split(' ').filter((word) => word.startsWith('--')),
  coverageAnalysis: 'perTest',
  jest: {
    enableFindRelatedTests: false,
    config: {
      testEnvironment: `${import.meta.dirname}/spec/mutation/stops-at-first-failure.cjs`,
      testRunner: `${import.meta.dirname}/spec/mutation/jest-circus-until-killed.cjs`,
      testSequencer: `${import.meta.dirname}/spec/mutation/mirror-first.cjs`,
      filter: `${import.meta.dirname}/spec/mutation/specs-of-mutant.cjs`,
    },
  },
  concurrency: 2,
  // Each run leaves its modules in the memory of jest's process.
  maxTestRunnerReuse: 40,
  // Stryker does not find the compiled specs among the files that it copied, and says so once for each.
  logLevel: 'error',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
}
