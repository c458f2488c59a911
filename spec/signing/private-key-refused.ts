import { expect } from '@jest/globals'
import { createSigner } from '../../lib/customer/index.js'
import { expectNothingOf, thrownBy } from '../helpers/admission.js'
import { keyPair } from '../helpers/keys.js'
import { audience } from '../helpers/mint.js'
import { secretTextsOf } from '../helpers/private-key-forms.js'

const secrets = ['ES256', 'ES384', 'RS256', 'EdDSA'].flatMap((alg) => secretTextsOf(keyPair(alg).privateKey))

/** Is refused with exactly this sentence, and nothing that a log could print shows a piece of the key. */
export function expectRefused(privateKey: unknown, sentence: string, alg?: string): void {
  const thrown = thrownBy(() =>
    createSigner({
      projectId: 'shop',
      audience,
      privateKey: privateKey as string,
      ...(alg !== undefined && { alg: alg as 'ES256' }),
    }),
  )
  const owned = sentence.startsWith('createSigner') ? sentence : `createSigner: ${sentence}`
  expect(thrown).toEqual(new TypeError(owned))
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).not.toHaveProperty('cause')
  expect(Object.keys(thrown as object)).toEqual([])
  expectNothingOf(secrets, thrown)
  if (typeof privateKey === 'string')
    expectNothingOf([privateKey], Object.assign(thrown as Error, { stack: '' }))
}
