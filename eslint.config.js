import { defineConfig } from 'eslint/config'
import { readdirSync } from 'node:fs'
import tseslint from 'typescript-eslint'

const browserGlobals =
  'AbortSignal addEventListener atob btoa clearTimeout console crypto CSS document EventSource fetch getSelection history location navigator performance setInterval setTimeout TextDecoder URL URLSearchParams window'
const nodeGlobals = 'process'
const commonjsGlobals = 'module process require'
const readonly = (names) => Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']))

const foldersOfLib = readdirSync(`${import.meta.dirname}/lib`, { recursive: true })
  .filter((name) => !name.includes('.'))
  .map((name) => `lib/${name}`)

/** Any file at a place where none may be. */
const nothing = (message) => ({ 'no-restricted-syntax': ['error', { selector: 'Program', message }] })

export default defineConfig(
  // projects/ has its own settings, each project another: that is its point.
  { ignores: ['dist/', '.mutation/', 'spec/package/projects/'] },
  { rules: { 'max-lines': ['error', 300] } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise that nobody waits for is a check that nobody waits for.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Nothing compiles these, so here are the rules that find what a compiler would.
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.strict],
    languageOptions: { globals: readonly(nodeGlobals) },
    rules: {
      'array-callback-return': 'error',
      eqeqeq: 'error',
      'no-const-assign': 'error',
      'no-dupe-args': 'error',
      'no-dupe-else-if': 'error',
      'no-dupe-keys': 'error',
      'no-fallthrough': 'error',
      'no-func-assign': 'error',
      'no-import-assign': 'error',
      'no-redeclare': 'error',
      'no-shadow': 'error',
      'no-undef': 'error',
      'no-unreachable': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-assignment': 'error',
      'prefer-const': 'error',
      'require-await': 'error',
      'use-isnan': 'error',
      'valid-typeof': 'error',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: readonly(commonjsGlobals) },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // Node runs these as they stand.
    files: ['deploy/*.js'],
    languageOptions: { globals: readonly('console fetch setTimeout') },
  },
  {
    // What a browser gets as it stands.
    files: ['example-server/**/*.js', 'deploy/page/*.js', 'docs/snippets/*.js'],
    languageOptions: { globals: { process: 'off', ...readonly(browserGlobals) } },
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      // Names of projects and keys are shown as text, whatever markup they hold.
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({ property })),
      ],
    },
  },
  {
    files: ['lib/*'],
    ignores: ['lib/{index,verifier,types,errors,protocol,warnings,express-types}.ts'],
    rules: nothing('The root of lib/ takes no further file: put it into the room that it belongs to.'),
  },
  {
    files: ['lib/**/index.ts'],
    ignores: ['lib/index.ts', 'lib/{browser,customer,events,replay/redis,registry,session,testing}/index.ts'],
    rules: nothing('Only an entry point of the package is an index.ts: import the file itself.'),
  },
  {
    files: foldersOfLib.map((folder) => `${folder}.ts`),
    rules: nothing('A file does not stand beside a folder of its name: put it into the folder.'),
  },
)
