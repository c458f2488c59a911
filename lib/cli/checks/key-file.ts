import { createSigner, type Signer } from '../../customer/signer.js'
import { quoted } from '../../options/quoted.js'
import { parseUrl } from '../../protocol.js'
import { usage } from '../command.js'
import { projectKeyIn } from '../key-file.js'
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
export function loadKey({ content, mode, ...given }: GivenKey): LoadedKey {
  try {
    const { names, alg, kid, thumbprint } = projectKeyIn(content)
    const projectId = nameOf('project', given.projectId, names?.projectId)
    const audience = nameOf('audience', given.audience, names?.audience)
    const signer = createSigner({ privateKey: content, projectId, audience, expiresIn })
    const whose = `${String(alg)}, project${quoted(projectId)}, audience ${shownAudience(audience)}`
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

/** Most are addresses. What is none may be anything. */
function shownAudience(audience: string): string {
  const url = addressIn(audience)
  return url === undefined ? quoted(audience).trim() || 'of another form' : shownAddress(url)
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
