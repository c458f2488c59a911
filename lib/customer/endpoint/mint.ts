import { emit } from '../../events/listeners.js'
import { messageOf, text } from '../../events/event-text.js'
import { Fault } from '../../http/fault.js'
import { headerNamed } from '../../http/request-headers.js'
import type { RequestLike } from '../../types.js'
import { answerWithRefusal, answerWithToken, type TokenAnswer } from './answer.js'
import { askingPage } from './asking-page.js'
import type { TokenEndpointEvent } from './events.js'
import { grantFrom, scopeOf } from './grant.js'
import { limitOf } from './mint-limit.js'
import { isSigner, readTokenOptions, type ReadTokenOptions, type TokenEndpointOptions } from './options.js'
import { refusal, type TokenRefusalCode } from './refusals.js'
import { maxBodyBytes, requireJson, wishedScope } from './wish.js'

/** A request for a token, whatever kind of server it came to. */
export interface Asking<R> {
  /** As the handler got it. */
  readonly request: R
  readonly method: string | undefined
  readonly headers: RequestLike['headers']
  /** The name under which the caller reached this server, with its port. */
  readonly host: string | undefined
  /** All bytes of the body. Throws what `failed` makes where there are more, or where something has read them before. */
  readBody(maxBytes: number, failed: () => Error): Promise<Uint8Array>
}

/** What is known of one request, as far as it got. */
interface Known {
  subject: string | undefined
  scope: string | undefined
}

/**
 * Makes what answers requests for tokens. The order of the checks stands here, and nothing else: what costs least comes first, and
 * nothing is signed before it was decided. Throws what `authorize`, `limit` or the signer throws.
 */
export function minter<R>(
  owner: string,
  given: TokenEndpointOptions<R>,
): (asking: Asking<R>) => Promise<TokenAnswer> {
  const options = readTokenOptions(owner, given)
  const limit = limitOf(options)

  const mint = async ({ request, ...asking }: Asking<never>, known: Known): Promise<string> => {
    requirePost(asking.method)
    const origin = askingPage(asking.headers, asking.host, options)
    requireJson(asking.headers)
    const wished = wishedScope(await asking.readBody(maxBodyBytes, () => refusal('request_malformed')))
    const wish = Object.freeze({ scope: wished, origin })
    const grant = grantFrom(await options.authorize(request, wish))
    known.subject = grant.subject
    await limit(grant.subject, request)
    known.scope = scopeOf(wished, grant.scope)
    const boundOrigin = options.bindOrigin ? origin : undefined
    const signer = await signerFor(options.signer, request)
    return signer.sign({
      ...grant.claims,
      ...(known.scope !== undefined && { scope: known.scope }),
      ...(boundOrigin !== undefined && { origin: boundOrigin }),
    })
  }

  return async (asking) => {
    const known: Known = { subject: undefined, scope: undefined }
    const tell = (event: TokenEndpointEvent) => {
      emit(options.onEvent, Object.freeze(event))
    }
    let token: string
    try {
      token = await mint(asking as Asking<never>, known)
    } catch (thrown) {
      const asked = askedOf(asking, known)
      if (!(thrown instanceof Fault)) {
        tell({ type: 'failed', ...asked, ...text('cause', messageOf(thrown)) })
        throw thrown
      }
      const { code, message } = thrown as Fault & { code: TokenRefusalCode }
      const site = text('site', headerNamed(asking.headers, 'sec-fetch-site'))
      tell({ type: 'refused', ...asked, code, description: message, ...site })
      return answerWithRefusal(thrown)
    }
    tell({
      type: 'minted',
      ...askedOf(asking, known),
      ...(known.scope !== undefined && { scope: known.scope }),
    })
    return answerWithToken(token)
  }
}

function requirePost(method: string | undefined): void {
  if (method !== 'POST') throw refusal('method_not_allowed')
}

async function signerFor(signer: ReadTokenOptions['signer'], request: never) {
  const found: unknown = typeof signer === 'function' ? await signer(request) : signer
  if (isSigner(found)) return found
  throw new TypeError('signer must return what createSigner returns')
}

function askedOf({ headers }: Asking<unknown>, { subject }: Known) {
  return {
    time: Date.now() / 1000,
    ...text('origin', headerNamed(headers, 'origin')),
    ...(subject !== undefined && { subject }),
  }
}
