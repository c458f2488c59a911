/**
 * The rooms of lib/ and the arrows between them:
 *
 *     faces -> verifier -> verify -> keys, replay, events -> jwk, http -> the leaves
 *
 * A room may know itself and what stands in its line. Nothing in a line leads back up, so what a room cannot know it cannot reach
 * through others. A room without a line is refused.
 */
/** What runs at the customer, who has no use for the platform, can be carved out with these leaves. */
const carvable = ['protocol', 'types', 'options', 'encoding', 'http']
const leaves = [...carvable, 'errors', 'time', 'warnings']

const mayKnow = {
  protocol: [],
  types: ['protocol', 'encoding'],
  encoding: ['protocol'],
  options: ['protocol'],
  // What an error says of its answer is made here, so http does not know the errors.
  http: ['protocol', 'types', 'options', 'encoding'],
  errors: ['protocol', 'types', 'http'],
  time: ['errors', 'http/refusals', 'options'],
  warnings: ['types'],
  'express-types': ['types'],
  jwk: carvable,
  events: ['errors', 'time', 'warnings', ...carvable],
  keys: ['jwk', 'events/read-event', 'events/listeners', 'events/event-text', ...leaves],
  replay: leaves,
  revocations: ['keys/key-store', 'events/read-event', ...leaves],
  verify: [
    'keys/key-store',
    'keys/public-key',
    'keys/revocation',
    'replay/replay-store',
    'events',
    ...leaves,
  ],
  verifier: ['verify', 'replay/replay-store', 'replay/ceilings', ...leaves],
  faces: ['verifier', 'verify', ...leaves],
  registry: ['keys', 'jwk', 'events', 'revocations', ...leaves],
  // Its middleware is a face, and shares with the others what a face does.
  session: [
    'verifier',
    'verify',
    'faces/authenticating',
    'keys/project',
    'signing',
    'jwk',
    'events',
    'revocations',
    ...leaves,
  ],
  browser: ['protocol', 'http/refusals', 'customer/endpoint/refusals'],
  // Private keys, wherever they are kept: the customer's and the platform's own.
  signing: ['jwk', ...carvable],
  customer: ['signing', 'jwk', 'events/listeners', 'events/event-text', 'warnings', ...carvable],
  // For other people's tests: makes tokens, and knows nothing of who verifies them.
  testing: ['jwk/thumbprint', 'keys/memory', 'keys/project', ...carvable],
  cli: [
    'signing',
    'customer',
    'jwk',
    'verify',
    'registry/postgres',
    'replay',
    'session/issuer-address',
    'session/session-key',
    'events/alerts/expiring-keys',
    ...leaves,
  ],
  index: ['faces', 'verifier', 'verify', 'keys', 'replay', 'events', ...leaves],
}

/** Paths of rooms and files of lib/: `keys` is keys.ts or all that is in keys/. */
const pathOf = (names) => `^lib/(${names.join('|')})(\\.ts$|/)`

const arrows = Object.entries(mayKnow).map(([room, known]) => ({
  name: `${room}-knows-what-it-may`,
  severity: 'error',
  from: { path: pathOf([room]) },
  to: { path: '^lib/', pathNot: pathOf([room, ...known]) },
}))

const steps = 'credentials|compact|claims|key|signature|binding|single-use'
const entryPoints = '^lib/((browser|customer|events|replay/redis|registry|session|testing)/)?index\\.ts$'

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'each-room-has-its-line',
      comment: 'Write into mayKnow, at the head of .dependency-cruiser.cjs, what the new room may know.',
      severity: 'error',
      from: { path: '^lib/', pathNot: pathOf(Object.keys(mayKnow)) },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Type-only ones included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'The compiler finds a declaration by the name of its module.',
      severity: 'error',
      from: { orphan: true, path: '\\.ts$', pathNot: '^lib/customer/not-in-a-browser\\.ts$|\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'a-step-knows-no-step',
      comment: 'verifier.ts alone puts them in order.',
      severity: 'error',
      from: { path: `^lib/verify/(${steps})\\.ts$` },
      to: { path: `^lib/verify/(${steps})\\.ts$` },
    },
    {
      name: 'a-face-knows-no-face',
      comment:
        'What two faces share is in face-options, authenticated-request, authenticating, preflight, kept-refusal and problem-answer.',
      severity: 'error',
      from: { path: '^lib/faces/' },
      to: {
        path: '^lib/faces/',
        pathNot:
          '/(face-options|authenticated-request|authenticating|preflight|kept-refusal|problem-answer)\\.ts$',
      },
    },
    {
      name: 'the-registry-knows-no-admin',
      comment: 'The admin API translates HTTP for the registry, which knows nothing of it.',
      severity: 'error',
      from: { path: '^lib/registry/', pathNot: '^lib/registry/(admin/|index\\.ts$)' },
      to: { path: '^lib/registry/admin/' },
    },
    {
      name: 'the-customer-needs-jose-alone',
      severity: 'error',
      from: { path: pathOf(['customer', 'signing', 'jwk']) },
      to: {
        pathNot: '^lib/|^#private-key$|^dist/lib/signing/private-key\\.|^node_modules/jose/|^(node:)?crypto$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-browser-stands-alone',
      comment: 'A page gets these files as they stand. Types of others leave nothing behind.',
      severity: 'error',
      from: { path: pathOf(['browser']) },
      to: { pathNot: pathOf(['browser', 'protocol']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'stores-know-no-http',
      severity: 'error',
      from: {
        path: pathOf(['keys', 'replay', 'registry/store', 'registry/postgres']),
        // The one that reads the sets of customers.
        pathNot: '^lib/keys/jwks/guarded-fetch\\.ts$',
      },
      to: { path: '^(node:)?https?$|^lib/http/(problem|json-body|body-bytes|media-type|fault)' },
    },
    {
      name: 'key-stores-tell-of-nothing',
      comment: 'But for what reads the sets of customers.',
      severity: 'error',
      from: { path: '^lib/keys/', pathNot: '^lib/keys/jwks/' },
      to: { path: '^lib/events/' },
    },
    {
      name: 'an-entry-point-is-not-imported-within',
      comment: 'It is for others; within lib/ each file names the file that it needs.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: entryPoints },
    },
    {
      name: 'bench-knows-entry-points',
      comment: 'It measures what users call. Its yardsticks need DER, as the package does.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^lib/', pathNot: [entryPoints, '^lib/verify/ecdsa-der\\.ts$'] },
    },
    {
      name: 'the-example-imports-the-package',
      comment: 'By its name, as a reader would.',
      severity: 'error',
      from: { path: '^example-server/' },
      to: { path: '^(lib|spec|bench)/' },
    },
    {
      name: 'the-example-is-read-first',
      comment:
        'The platform and the customer know nothing of processes, stores, the console and how it is all shown.',
      severity: 'error',
      from: { path: '^example-server/[^/]+\\.ts$' },
      to: { path: '^example-server/(operations|console|story)/' },
    },
    {
      name: 'the-console-knows-no-operations',
      severity: 'error',
      from: { path: '^example-server/console/' },
      to: { path: '^example-server/operations/' },
    },
    {
      name: 'only-declared-dependencies',
      severity: 'error',
      from: { path: '^lib/' },
      // What `imports` of package.json chooses between is there after a build.
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], pathNot: '^#private-key$' },
    },
  ],
  options: {
    doNotFollow: { path: '^(node_modules|dist|spec)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
}
