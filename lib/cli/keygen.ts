import { createPublicKey } from 'node:crypto'
import { proveKeyPossession } from '../customer/possession.js'
import { generateProjectKey, type ProjectKeyPair } from '../jwk/generate.js'
import { parsedJson } from '../jwk/jwk-text.js'
import { givenMembers } from '../options/options.js'
import { inAscii } from '../options/quoted.js'
import { algorithmNamed, algorithmNames, type Algorithm } from '../protocol.js'
import type { ProjectKeyFile } from '../signing/key-file.js'
import type { KeyChallenge, KeySetChallenge } from '../types.js'
import { command, type Given } from './command.js'
import { exitCodes, usage, type ExitCode } from './exit-code.js'
import { readInput } from './input-file.js'
import { readProjectKey, sentenceOf } from './project-key.js'
import { writeSecretFile } from './secret-file.js'
import type { Terminal } from './terminal.js'

const help = `npx reverse-jwt keygen [options]

Makes a key pair. Writes the private half to a file that only you can read, never over another one, and prints the public half:

  npx reverse-jwt keygen --project shop --audience https://platform.example > public.jwk

  --alg ALG         ES256 (default), EdDSA, RS256, PS256, ES384, ES512, RS384, RS512, PS384, PS512
  --out FILE        where the private half goes; default project-key.json, with --pem project-key.pem
  --project ID      your project at the platform, for the key file
  --audience NAME   the platform's name, for the key file
  --pem             both halves as PEM, for other programs

The file has all that a signer needs: createSigner({ keyFile: readFileSync('project-key.json') }). The whole file is a secret.
The line that is printed is the public JWK, with its kid: give it to the platform.

With a key that is there already:

  npx reverse-jwt keygen --key FILE                     prints its public half again; with --pem as PEM
  npx reverse-jwt keygen --key FILE --proof CHALLENGE   proves to the platform that you hold it, and prints the proof

  --key FILE         a private key: what keygen wrote, PEM, DER or a JWK; - is stdin
  --proof CHALLENGE  the file with the challenge of the platform; - is stdin. One for another platform or project than those of the
                     key file, or of --audience and --project, is not answered
  --jwks-uri URL     where you host your keys, if the challenge is for a key set: one for another address is not answered
  --json             prints { "kid", "alg", "public_jwk" }, or { "proof" }`

const options = {
  alg: { type: 'string' },
  out: { type: 'string' },
  project: { type: 'string' },
  audience: { type: 'string' },
  pem: { type: 'boolean' },
  key: { type: 'string' },
  proof: { type: 'string' },
  'jwks-uri': { type: 'string' },
  json: { type: 'boolean' },
} as const
type KeygenOptions = Given<typeof options>

export const keygen = command({
  help,
  options,
  run(given, terminal) {
    const { key, proof, alg, out } = given
    if (key === undefined) {
      if (proof !== undefined) throw usage('--proof needs --key: the file that keygen wrote')
      return makePair(given, terminal)
    }
    if (alg !== undefined || out !== undefined)
      throw usage('with --key nothing is made, so --alg and --out have no meaning')
    return proof === undefined
      ? printPublicHalf(key, given, terminal)
      : printProof({ key, proof }, given, terminal)
  },
})

async function makePair(given: KeygenOptions, terminal: Terminal): Promise<ExitCode> {
  const { pem, project, audience } = given
  const isPem = pem === true
  if (isPem && (project ?? audience) !== undefined)
    throw usage('a PEM file holds the key alone: give --project and --audience when you sign')
  const alg = algorithmIn(given.alg)
  const pair = await generateProjectKey(alg)
  const file = given.out ?? (isPem ? 'project-key.pem' : 'project-key.json')
  await writeSecretFile(file, isPem ? pair.privateKey : keyFileText(pair, alg, given))
  print(pair.publicJwk, given, terminal)
  terminal.say(
    `The private half is in ${given.out === undefined ? file : 'the file of --out'}. Keep it as a secret of your backend, and out of the repository.`,
  )
  terminal.say(`Give the platform what was printed: the public half. Its kid is ${pair.kid}`)
  return exitCodes.good
}

function algorithmIn(text: string | undefined): Algorithm {
  const alg = algorithmNamed(text ?? 'ES256')
  if (alg === undefined) throw usage(`--alg must be one of ${algorithmNames}`)
  return alg
}

function keyFileText(pair: ProjectKeyPair, alg: Algorithm, { project, audience }: KeygenOptions): string {
  const file: ProjectKeyFile = {
    type: 'reverse_jwt_project_key',
    ...givenMembers({ project_id: project, audience }),
    kid: pair.kid,
    alg,
    private_key: pair.privateKey,
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

async function printPublicHalf(path: string, given: KeygenOptions, terminal: Terminal): Promise<ExitCode> {
  const { publicJwk, kid, alg } = await readProjectKey(path, terminal)
  print({ ...publicJwk, kid, ...givenMembers({ alg }), use: 'sig' }, given, terminal)
  return exitCodes.good
}

function print(
  publicJwk: Readonly<Record<string, unknown>>,
  { json, pem }: KeygenOptions,
  terminal: Terminal,
): void {
  if (json === true) {
    const { kid, alg } = publicJwk
    terminal.print(inAscii(JSON.stringify({ kid, alg, public_jwk: publicJwk })))
  } else if (pem === true) {
    const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
    terminal.print(publicKey.export({ format: 'pem', type: 'spki' }).toString().trimEnd())
  } else terminal.print(inAscii(JSON.stringify(publicJwk)))
}

async function printProof(
  { key, proof }: { readonly key: string; readonly proof: string },
  { project, audience, 'jwks-uri': jwksUri, json }: KeygenOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (key === '-' && proof === '-') throw usage('only one of --key and --proof can come from stdin')
  const { content, names } = await readProjectKey(key, terminal)
  const challenge = challengeIn(await readInput(proof, '--proof', terminal))
  if (project === undefined && names?.projectId === undefined)
    throw usage(
      '--project is missing: your project at the platform. A challenge for another one is not answered',
    )
  if (audience === undefined && names?.audience === undefined)
    throw usage("--audience is missing: the platform's name. A challenge for another one is not answered")
  if (jwksUri === undefined && 'jwks_uri' in challenge)
    throw usage(
      '--jwks-uri is missing: where you host your keys. A challenge for another address is not answered',
    )
  let signed: string
  try {
    signed = await proveKeyPossession({
      privateKey: content,
      challenge,
      ...givenMembers({ projectId: project, audience, jwksUri }),
    })
  } catch (error) {
    throw sentenceOf(error)
  }
  terminal.print(json === true ? JSON.stringify({ proof: signed }) : signed)
  return exitCodes.good
}

/** The challenge, alone or in the answer of a platform that has it as its member `challenge`. */
function challengeIn(content: Buffer): KeyChallenge | KeySetChallenge {
  const given = parsedJson(content.toString('utf8').trim()) as { readonly challenge?: unknown } | undefined
  const challenge = given?.challenge ?? given
  if (typeof challenge === 'object' && (challenge as object | null) !== null)
    return challenge as KeyChallenge | KeySetChallenge
  throw usage('--proof is no JSON; save the challenge to a file as it came from the platform')
}
