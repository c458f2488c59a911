import fc from 'fast-check'
import type { Respelling } from './change.js'
import { jsonRespelling } from './json.js'
import { signatureRespelling } from './signature.js'
import { segmentRespelling, textRespelling } from './text.js'

const one = fc.oneof(textRespelling, segmentRespelling, jsonRespelling, signatureRespelling)

/** One change of a token, often several at once. */
export const respellings: fc.Arbitrary<readonly Respelling[]> = fc.oneof(
  { weight: 3, arbitrary: one.map((change) => [change]) },
  { weight: 2, arbitrary: fc.array(one, { minLength: 2, maxLength: 4 }) },
)

/** Changes that do not touch what was signed. */
export const signatureRespellings: fc.Arbitrary<readonly Respelling[]> = fc.array(signatureRespelling, {
  minLength: 1,
  maxLength: 2,
})
