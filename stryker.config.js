/** `npm run mutate`: changes lib/ in every small way that Stryker knows, and asks the specs whether they notice. */
export default {
  mutate: ['lib/{verify,keys,replay}/*.ts', 'lib/{errors,once-a-request,protocol}.ts'],
  tempDirName: '.mutation',
  ignorePatterns: ['bench', 'docs'],
  buildCommand: 'npm run build',
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    enableFindRelatedTests: false,
    config: {
      testMatch: [
        '<rootDir>/dist/spec/{verify,keys,replay}/*.spec.js',
        '<rootDir>/dist/spec/{errors,once-a-request,protocol,verifier,verifier-order,verifier-arguments,client/signer}.spec.js',
        '<rootDir>/dist/spec/attacks/i-register-*.spec.js',
      ],
      testEnvironment: `${import.meta.dirname}/spec/helpers/stops-at-first-failure.cjs`,
      testRunner: `${import.meta.dirname}/spec/helpers/jest-circus-until-killed.cjs`,
      // A mutant that never answers is to be found out soon.
      testTimeout: 2000,
      testSequencer: `${import.meta.dirname}/spec/helpers/mirror-first.cjs`,
      filter: `${import.meta.dirname}/spec/helpers/specs-of-mutant.cjs`,
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
