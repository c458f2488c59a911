import { createSigner, type Signer } from '../../customer/signer.js'
import { quoted } from '../../options/quoted.js'
import { parseUrl } from '../../protocol.js'
import { usage } from '../exit-code.js'
import { projectKeyIn } from '../project-key.js'
import { shownAddress } from './shown-text.js'
import { fail, ok, warn, type Verdict } from './verdict.js'

/** What was given with `--key`. */
export interface GivenKey {
  readonly content: Buffer
  /** Of the file; undefined for stdin, and where there are no such modes. */
  readonly mode: number | undefined
  readonly projectId: string | undefined
  readonly audience: string | undefined
}

export interface LoadedKey {
  readonly verdict: Verdict
  /** Undefined: there is nothing to sign with. */
  readonly signer?: Signer
  /** The platform's name by the file alone, where it is an address: whoever calls has not said that it is that of `--url`. */
  readonly platform?: URL
}

/** Seconds. What is signed here is used at once. */
const expiresIn = 60

/**
 * `key-file`: whether it is a private key that this package signs with, and for whom. Throws a usage error where neither the file nor an
 * option says that. No sentence quotes the key.
 */
export async function loadKey({ content, mode, ...given }: GivenKey): Promise<LoadedKey> {
  try {
    const { names, alg, kid, thumbprint } = projectKeyIn(content)
    const projectId = nameOf('project', given.projectId, names?.projectId)
    const audience = nameOf('audience', given.audience, names?.audience)
    const signer = createSigner({ privateKey: content, projectId, audience, expiresIn })
    // What would be too long for a token is heard of here.
    await signer.sign()
    const project = given.projectId === undefined ? `project${quoted(projectId)}` : 'project as given'
    const whose = `${String(alg)}, ${project}, ${shownAudience(audience, given.audience)}`
    const verdict = modeFault(mode) ?? kidFault(kid, thumbprint, whose) ?? ok(`${whose}, kid ${thumbprint}`)
    const platform = given.audience === undefined ? addressIn(audience) : undefined
    return { verdict, signer, ...(platform !== undefined && { platform }) }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const sentence = error.message
      .replace(/^(?:createSigner|--key): /, '')
      .replace(/^privateKey /, 'the file ')
      .replace(/; is it a file name\?.*$/, '')
    return {
      verdict: fail(sentence, 'Give the file that "npx reverse-jwt keygen" wrote, or the private key as PEM'),
    }
  }
}

const hints = {
  project: 'the id that the platform gave your project',
  audience: "the platform's name, as its documentation gives it",
}

function nameOf(name: keyof typeof hints, given: string | undefined, inFile: string | undefined): string {
  const value = given ?? inFile
  if (value === undefined) throw usage(`--${name} is missing, and the file of --key has none: ${hints[name]}`)
  if (inFile === undefined || inFile === value) return value
  throw usage(`--${name} is not that of the key file; leave it out, or give the file that belongs to it`)
}

/** Most are addresses. What else stands in an option is not repeated: it may be a secret in the wrong place. */
function shownAudience(audience: string, given: string | undefined): string {
  const url = addressIn(audience)
  if (url !== undefined) return `audience ${shownAddress(url)}`
  return given === undefined ? `audience${quoted(audience)}` : 'audience as given'
}

function addressIn(audience: string): URL | undefined {
  const url = parseUrl(audience)
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}

function modeFault(mode: number | undefined): Verdict | undefined {
  if (mode === undefined || (mode & 0o077) === 0) return undefined
  const digits = (mode & 0o777).toString(8).padStart(4, '0')
  return warn(
    `others on this machine may read or write it (mode ${digits})`,
    'Take their rights away: chmod 600',
  )
}

function kidFault(kid: string, ownKid: string, whose: string): Verdict | undefined {
  if (kid === ownKid) return undefined
  return warn(
    `${whose}, kid${quoted(kid)} chosen by you: it is not the thumbprint of the key, ${ownKid}`,
    'Look whether the platform has registered this key under this kid',
  )
}
