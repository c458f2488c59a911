/** The arrows of lib/ run one way: faces -> verifier -> steps -> contracts -> protocol, errors, types. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Type-only ones included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['lib/(index|redis|express-types)\\.ts$', 'not-in-a-browser\\.ts$'] },
      to: {},
    },
    {
      name: 'steps-know-no-step',
      comment: 'verifier.ts alone puts them in order.',
      severity: 'error',
      from: { path: '^lib/verify/(credentials|compact|claims|key|signature|binding|single-use)\\.ts$' },
      to: { path: '^lib/verify/(credentials|compact|claims|key|signature|binding|single-use)\\.ts$' },
    },
    {
      name: 'steps-know-contracts-only',
      comment: 'A step knows nothing of a store or of HTTP frameworks.',
      severity: 'error',
      from: { path: '^lib/verify/' },
      to: {
        path: '^lib/',
        pathNot:
          '^lib/(verify/|keys/(key-store|public-key)\\.ts$|replay/replay-store\\.ts$|(protocol|errors|types|base64url|own-text|warnings)\\.ts$)',
      },
    },
    {
      name: 'stores-know-no-verifier',
      severity: 'error',
      from: { path: '^lib/(keys|replay)/' },
      to: { path: '^lib/(verify/|verifier|middleware|strategy|face|problem-details)' },
    },
    {
      name: 'registry-knows-no-face',
      comment: 'The admin router translates HTTP for it, and is told of nothing else.',
      severity: 'error',
      from: { path: '^lib/registry/', pathNot: '^lib/registry/(admin|index)' },
      to: { path: '^lib/registry/admin' },
    },
    {
      name: 'registry-knows-contracts-only',
      comment: 'It borrows how a key is admitted, how a pair is made, and how JSON is read strictly.',
      severity: 'error',
      from: { path: '^lib/registry/' },
      to: {
        path: '^lib/',
        pathNot:
          '^lib/(registry/|keys/(key-store|public-key|project)\\.ts$|client/generate\\.ts$|verify/strict-json\\.ts$|(protocol|errors|types|events|base64url|option-checks|time-limit|warnings)\\.ts$)',
      },
    },
    {
      name: 'only-the-registry-knows-the-registry',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/registry/' },
      to: { path: '^lib/registry/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'It runs at the customer, who has no use for the verifier.',
      severity: 'error',
      from: { path: '^lib/client/' },
      to: {
        path: '.',
        pathNot: '^lib/client/|^lib/(protocol|option-checks)\\.ts$|^node_modules/jose/|^(node:)?crypto$',
      },
    },
    {
      name: 'protocol-stands-alone',
      severity: 'error',
      from: { path: '^lib/(protocol|option-checks|base64url|own-text)\\.ts$' },
      to: { path: '.' },
    },
    {
      name: 'only-declared-dependencies',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
}
