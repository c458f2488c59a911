import type { PrivateKeyInput } from '../jwk/private-half.js'
import { mayBeUndefined, type Wrong } from '../options/options.js'
import { readKeyFile, type KeyFile, type ProjectKeyFile } from './key-file.js'
import { isRemoteSigner, type RemoteSigner } from './remote-signer.js'

/** What a signer takes as its key. */
export type SigningKeyMaterial = PrivateKeyInput | RemoteSigner | ProjectKeyFile

/** The options by which a key is given: one of the two. What the key is, its reader says. */
export const keyOptions = {
  privateKey: mayBeUndefined(privateKey),
  keyFile: mayBeUndefined(keyFile),
}

interface KeyOptions {
  readonly privateKey: SigningKeyMaterial | undefined
  readonly keyFile: SigningKeyMaterial | undefined
}

/** The key that was given, and what stands beside it where it is a key file. */
export interface GivenKey {
  readonly material: SigningKeyMaterial
  readonly file: KeyFile | undefined
}

const isEmpty = 'is undefined or empty; is the variable or file that should hold it there?'

/** The one key among the options. `given` is what the caller wrote: an option that is there and undefined was to hold a key. */
export function givenKey(options: KeyOptions, given: object, caller: string): GivenKey {
  const { privateKey, keyFile } = options
  const wrong = (name: keyof KeyOptions, what: string) => new TypeError(`${caller}: ${name} ${what}`)
  if (keyFile === undefined) {
    if ('keyFile' in given) throw wrong('keyFile', isEmpty)
    if (privateKey === undefined) throw wrong('privateKey', isEmpty)
    return { material: privateKey, file: fileIn(privateKey, caller) }
  }
  if ('privateKey' in given) throw wrong('keyFile', 'and privateKey are both given; give one of them')
  const file = fileIn(keyFile, caller)
  if (file !== undefined) return { material: keyFile, file }
  throw wrong(
    'keyFile',
    'is not what stands in a key file. Is it empty, cut off, a path, or another file? Give what keygen wrote, read by readFileSync; a key without its names is the option privateKey',
  )
}

const hints = {
  projectId: 'the id that the platform gave the project',
  audience: "the platform's name, as its documentation gives it",
}

/** A name that the options or the key file give. Where both do, they agree: a key is good for one project at one platform. */
export function ownName(
  name: keyof typeof hints,
  from: {
    readonly given: { readonly [Name in keyof typeof hints]: string | undefined }
    readonly file: KeyFile | undefined
    readonly caller: string
  },
): string {
  const { given, file, caller } = from
  const inFile = file?.[name]
  const value = given[name] ?? inFile
  if (value === undefined) throw new TypeError(`${caller}: ${name} is missing: ${hints[name]}`)
  if (inFile === undefined || inFile === value) return value
  throw new TypeError(
    `${caller}: ${name} is not that of the key file; leave it out, or take the file that belongs to it`,
  )
}

function fileIn(material: SigningKeyMaterial, caller: string): KeyFile | undefined {
  return isRemoteSigner(material) ? undefined : readKeyFile(material, caller)
}

function privateKey(given: unknown, wrong: Wrong): SigningKeyMaterial | undefined {
  if (given === undefined) return undefined
  if (given === '') throw wrong(isEmpty)
  const isKey = typeof given === 'string' || (typeof given === 'object' && given !== null)
  if (isKey && !Array.isArray(given)) return given
  throw wrong('must be PEM text, DER, a JWK, a KeyObject, a CryptoKey, a key file or a remote signer')
}

function keyFile(given: unknown, wrong: Wrong): SigningKeyMaterial | undefined {
  if (given === undefined) return undefined
  if (given === '') throw wrong(isEmpty)
  const isContent = typeof given === 'string' || (typeof given === 'object' && given !== null)
  if (isContent && !Array.isArray(given)) return given
  throw wrong('must be what stands in a key file: its text, its bytes, or the object that its JSON holds')
}
