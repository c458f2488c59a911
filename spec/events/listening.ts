import { createVerifier, type VerifierOptions } from '../../lib/index.js'
import { platform, rival, shop } from '../helpers/platform.js'

/** A verifier of the tests and what its listener was told. */
export function listening(override: Partial<VerifierOptions> = {}, projects = [shop(), rival]) {
  const { options, events, clock } = platform(override, projects)
  return { verifier: createVerifier(options), events, clock }
}
