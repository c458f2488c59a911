import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Compares what the package exports with the reports in docs/api, one for each entry point: so a change of the public surface
 * is seen where changes are read. `npm run api` fails when they differ, `npm run api -- --local` writes them anew.
 * Reads the declarations in dist/, so build first.
 */
const root = join(import.meta.dirname, '../../..')
const folder = join(root, 'docs/api')
const accept = process.argv.includes('--local')
const howToAccept = 'If you meant it: npm run build && npm run api -- --local, and commit docs/api.'

const { Error: error, None: none } = ExtractorLogLevel

function configOf(name: string, declarations: string): ExtractorConfig {
  const configObject: IConfigFile = {
    projectFolder: root,
    mainEntryPointFilePath: join(root, declarations),
    compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
    apiReport: {
      enabled: true,
      reportFileName: name,
      reportFolder: folder,
      reportTempFolder: join(tmpdir(), 'reverse-jwt-api'),
      // Or a code that leaves the table of refusals would not show: RefusalCode is `keyof typeof refusals`.
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: error } },
      extractorMessageReporting: {
        default: { logLevel: error },
        // All that is exported is public; nothing here is alpha, beta or internal.
        'ae-missing-release-tag': { logLevel: none },
        // A member whose name and type say all has no words, so that none go stale.
        'ae-undocumented': { logLevel: none },
        // The report has them in full.
        'ae-forgotten-export': { logLevel: none },
      },
      // The docstrings are Markdown, as editors and TypeDoc read them. TSDoc would have every brace escaped.
      tsdocMessageReporting: { default: { logLevel: none } },
    },
  }
  return ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  })
}

function isReported(name: string, declarations: string): boolean {
  const { succeeded } = Extractor.invoke(configOf(name, declarations), {
    localBuild: accept,
    messageCallback(message) {
      // It would name the command of another tool.
      if (message.messageId.startsWith('console-')) message.handled = true
    },
  })
  return succeeded
}

/** API Extractor does not see what is declared global; this one file is short enough to be its own report. */
function isCopied(name: string, declarations: string): boolean {
  const report = join(folder, `${name}.api.md`)
  const current = `## API Report File for "reverse-jwt/${name}"\n\n\`\`\`ts\n${readFileSync(join(root, declarations), 'utf8')}\`\`\`\n`
  if (accept) writeFileSync(report, current)
  return existsSync(report) && readFileSync(report, 'utf8') === current
}

mkdirSync(folder, { recursive: true })
mkdirSync(join(tmpdir(), 'reverse-jwt-api'), { recursive: true })
const reports = {
  'reverse-jwt': isReported('reverse-jwt', 'dist/lib/index.d.ts'),
  browser: isReported('browser', 'dist/lib/browser/index.d.ts'),
  customer: isReported('customer', 'dist/lib/customer/index.d.ts'),
  observe: isReported('observe', 'dist/lib/events/index.d.ts'),
  redis: isReported('redis', 'dist/lib/replay/redis/index.d.ts'),
  registry: isReported('registry', 'dist/lib/registry/index.d.ts'),
  session: isReported('session', 'dist/lib/session/index.d.ts'),
  testing: isReported('testing', 'dist/lib/testing/index.d.ts'),
  'express-types': isCopied('express-types', 'dist/lib/express-types.d.ts'),
}
for (const [name, isCurrent] of Object.entries(reports)) {
  if (isCurrent) continue
  console.error(`docs/api/${name}.api.md is not what the package exports. ${howToAccept}`)
  process.exitCode = 1
}
