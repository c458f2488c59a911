import { inAscii } from '../options/quoted.js'
import { limits, parseUrl } from '../protocol.js'
import { isSecureAddress } from '../session/issuer-address.js'
import { projectTokenTypes } from '../verify/compact.js'
import { defaultAlgorithms } from '../verify/options.js'
import { command } from './command.js'
import { exitCodes, usage } from './exit-code.js'
import { readInput } from './input-file.js'
import { faultsOf } from './inspection/faults.js'
import { givenToken } from './inspection/given-token.js'
import { inspectionReport, reportJson, reportLines } from './inspection/report.js'
import { inspectSignature, type KeySource } from './inspection/signature.js'
import { takeApart } from './inspection/token-parts.js'
import type { Terminal } from './terminal.js'

const help = `npx reverse-jwt inspect [FILE | -] [options]

Takes a token apart and names every rule that a platform would refuse it by, with the code of the refusal. Uses nothing up, and asks
nobody unless you give --jwks:

  npx reverse-jwt inspect token.txt --key public.jwk --audience https://platform.example
  npx reverse-jwt sign --key project-key.json | npx reverse-jwt inspect --key public.jwk

  FILE             a file with the token, or with the answer of a token endpoint; - or nothing is stdin
  --key PUBLIC     the public key: PEM or a JWK. Checks the signature
  --jwks URL       the same with the key set at that address
  --audience NAME  the platform's name: checks aud
  --issuer NAME    what iss must be; default: the proj_id, as platforms expect unless they say otherwise
  --unverified     exit code 0 although the signature was not checked
  --show           shows jti and all other claims, too. Never the signature
  --json           the same as JSON

Exit codes: 0 nothing is wrong and the signature is good, 1 a platform would refuse it or the signature was not checked, 2 called wrongly,
3 could not find out.

Not checked: whether the platform knows the project and the key, whether they are suspended, revoked or expired, the origins of the
project, and whether the token was used before. "npx reverse-jwt doctor" asks the platform.`

export const inspect = command({
  help,
  options: {
    key: { type: 'string' },
    jwks: { type: 'string' },
    audience: { type: 'string' },
    issuer: { type: 'string' },
    unverified: { type: 'boolean' },
    show: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  takesFile: true,
  async run(given, terminal) {
    const { file = '-', audience, issuer } = given
    const source = await keySource(given, file, terminal)
    if (/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(file)) throw usage(tokenAsArgument)
    const token = givenToken(await readInput(file, 'the token', terminal))
    const now = Date.now() / 1000
    const parts = takeApart(token)
    const settings = {
      algorithms: new Set(defaultAlgorithms),
      isAllowedType: projectTokenTypes({ isRequired: false }),
      maxLifetime: limits.lifetime.default,
      clockTolerance: limits.clockTolerance.default,
      audience,
      issuer,
    }
    const faults = faultsOf(token, parts, settings, now)
    const signature = await inspectSignature(parts, source)
    const report = inspectionReport({ parts, faults, signature, settings, now, all: given.show === true })
    if (given.json === true) terminal.print(inAscii(reportJson(report)))
    else for (const line of reportLines(report)) terminal.print(line)
    const isEnough = signature.result === 'good' || given.unverified === true
    if (report.faults.length === 0 && !isEnough && given.json !== true)
      terminal.print('The exit code is 1, because the signature was not checked. With --unverified it is 0.')
    return report.faults.length === 0 && isEnough ? exitCodes.good : exitCodes.bad
  },
})

const tokenAsArgument =
  'give the token in a file or on stdin: everybody on this machine can read the arguments of a program'

async function keySource(
  { key, jwks }: { readonly key?: string; readonly jwks?: string },
  file: string,
  terminal: Terminal,
): Promise<KeySource | undefined> {
  if (key !== undefined && jwks !== undefined) throw usage('give --key or --jwks, not both')
  if (key === '-' && file === '-') throw usage('only one of --key and the token can come from stdin')
  if (key !== undefined) return { key: await readInput(key, '--key', terminal) }
  if (jwks === undefined) return undefined
  const url = parseUrl(jwks)
  if (url === undefined || !isSecureAddress(url))
    throw usage('--jwks must be an address that begins with https (http on this machine alone)')
  if (url.username !== '' || url.password !== '') throw usage('--jwks must have no user and no password')
  return { jwks: url }
}
