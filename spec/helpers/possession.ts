import { proveKeyPossession, type KeyPossessionOptions } from '../../lib/customer/index.js'

/** Answers whatever challenge it is given, as a customer who takes it for the right one. */
export async function prove(
  options: Pick<KeyPossessionOptions, 'privateKey' | 'challenge'>,
): Promise<string> {
  const { challenge } = options
  const forSet = 'jwks_uri' in challenge ? { jwksUri: challenge.jwks_uri } : {}
  return proveKeyPossession({
    ...options,
    ...forSet,
    audience: challenge.aud,
    projectId: challenge.proj_id,
  })
}
