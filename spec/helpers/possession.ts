import { proveKeyPossession, type KeyPossessionOptions } from '../../lib/customer/index.js'

/** Answers whatever challenge it is given, as a customer who takes it for the right one. */
export async function prove(
  options: Pick<KeyPossessionOptions, 'privateKey' | 'challenge'>,
): Promise<string> {
  const { aud, proj_id } = options.challenge
  return proveKeyPossession({ ...options, audience: aud, projectId: proj_id })
}
