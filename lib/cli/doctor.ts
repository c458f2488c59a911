import { stat } from 'node:fs/promises'
import { isOrigin, parseUrl } from '../protocol.js'
import { isSecureAddress } from '../session/issuer-address.js'
import { examine, type Reach } from './platform/examination.js'
import type { Finding } from './finding.js'
import { loadKey, type LoadedKey } from './platform/key-file.js'
import type { Network } from './network/network.js'
import { shownAddress } from './platform/shown-text.js'
import { command, type Command, type Given } from './command.js'
import { checkConfig } from './config/check-config.js'
import { usage, type ExitCode } from './exit-code.js'
import { readInput } from './input-file.js'
import { conclusionOf, exitCodeOf, printFinding, printJson, printSum, type Conclusion } from './report.js'
import type { Terminal } from './terminal.js'

const help = `npx reverse-jwt doctor --url PLATFORM [options]
npx reverse-jwt doctor --config FILE

Looks at a platform as your backend and your page do, and says in one line each what is right, what is wrong, and what to do:

  npx reverse-jwt doctor --url https://platform.example/embed/portal --key project-key.json --origin https://shop.example

  --url URL             the platform, or better a route of it that wants a token
  --key FILE            your private key: what keygen wrote, PEM, DER or a JWK; - is stdin. It stays here: the platform gets tokens
  --project ID          your project at the platform; a key file has it
  --audience NAME       the platform's name; a key file has it. Give it where it is the address of another host than that of --url
  --origin URL          the origin of your page, such as https://shop.example
  --token-endpoint URL  the route of your backend that gives your page its tokens: it must refuse a visitor without a session
  --json                prints { "url", "checks": [{ "check", "result", "text", "fix" }], "result" }

On the platform's own side, with what it really uses:

  --config FILE         a module that exports replayStore, store, db and issuer: Redis, the database and its rights, keys and clocks

It asks these addresses and no others, without a proxy. With --key it signs one or two tokens, and uses them up: by the platform's token
endpoint, or by a GET of --url where the platform has no sessions. What comes back is thrown away.
Exit codes: 0 nothing is wrong (a warn is not), 1 a FAIL, 2 called wrongly, 3 could not find out: the platform was not reached, or the
key could not be tried.
Each check is explained at https://unpkg.com/reverse-jwt/docs/doctor.md, those of --config in docs/doctor-config.md`

const options = {
  config: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  project: { type: 'string' },
  audience: { type: 'string' },
  origin: { type: 'string' },
  'token-endpoint': { type: 'string' },
  json: { type: 'boolean' },
} as const

/** The command, by this network. */
export function doctorBy(network: Network): Command {
  return command({
    help,
    options,
    run(given, terminal) {
      const { config, json, ...ofUrl } = given
      if (config === undefined) return examinePlatform(given, network, terminal)
      if (Object.keys(ofUrl).length > 0)
        throw usage('--config looks at what this platform has in use, and takes no other option but --json')
      return examineConfig(config, json === true, terminal)
    },
  })
}

async function examinePlatform(
  given: Given<typeof options>,
  network: Network,
  terminal: Terminal,
): Promise<ExitCode> {
  if (given.url === undefined)
    throw usage(
      '--url is missing: a route of the platform that wants a token, such as https://platform.example/embed/portal',
    )
  const platform = addressIn('url', given.url)
  const endpoint = given['token-endpoint']
  const tokenEndpoint = endpoint === undefined ? undefined : addressIn('token-endpoint', endpoint)
  const origin = originIn(given.origin)
  const key = await keyIn(given, terminal)

  const findings: Finding[] = []
  const reach = await examine({ platform, key, origin, tokenEndpoint }, network, (finding) => {
    findings.push(finding)
    if (given.json !== true) printFinding(finding, terminal)
  })
  const result = resultOf(findings, reach)
  if (given.json === true) printJson({ url: shownAddress(platform) }, findings, result, terminal)
  else printSum(findings, terminal, result === 'unknown' ? missing(reach) : undefined)
  return exitCodeOf(result)
}

const missing = ({ isReached }: Reach) =>
  isReached ? 'the key was not tried' : 'the platform was not reached'

async function examineConfig(path: string, json: boolean, terminal: Terminal): Promise<ExitCode> {
  const findings = await checkConfig(path)
  const result = conclusionOf(findings)
  if (json) printJson({}, findings, result, terminal)
  else {
    for (const finding of findings) printFinding(finding, terminal)
    printSum(findings, terminal)
  }
  return exitCodeOf(result)
}

export const doctor = doctorBy({})

/** A platform that is not there has one FAIL for that, which is no fault of its own; what else is wrong is. */
function resultOf(findings: readonly Finding[], { isReached, isKeyTried }: Reach): Conclusion {
  if (!isReached) return findings.filter(({ result }) => result === 'FAIL').length > 1 ? 'FAIL' : 'unknown'
  const result = conclusionOf(findings)
  return result === 'FAIL' || isKeyTried ? result : 'unknown'
}

/** No sentence repeats what was given: it may be a secret in the wrong place. */
function addressIn(name: string, text: string): URL {
  const url = parseUrl(text)
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw usage(`--${name} must be an address that begins with https:// (or http:// on this machine)`)
  if (!isSecureAddress(url)) throw usage(`--${name} must begin with https: http is for this machine alone`)
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text))
    throw usage(`--${name} must have no user, no query and no fragment`)
  return url
}

function originIn(text: string | undefined): string | undefined {
  if (text === undefined || isOrigin(text)) return text
  throw usage(
    '--origin is no origin such as https://shop.example, as browsers write it: without a path and a slash',
  )
}

async function keyIn(
  { key, project, audience }: Given<typeof options>,
  terminal: Terminal,
): Promise<LoadedKey | undefined> {
  if (key === undefined) {
    if (project === undefined && audience === undefined) return undefined
    throw usage('--project and --audience say what --key is for: give --key, too')
  }
  const content = await readInput(key, '--key', terminal)
  return loadKey({ content, mode: await modeOf(key), projectId: project, audience })
}

/** Of a file that was just read. Windows has no such modes. */
async function modeOf(path: string): Promise<number | undefined> {
  if (path === '-' || process.platform === 'win32') return undefined
  return stat(path).then(
    ({ mode }) => mode,
    () => undefined,
  )
}
