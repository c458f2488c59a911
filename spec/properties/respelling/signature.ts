import fc from 'fast-check'
import { encode } from '../../helpers/mint.js'
import { inSegment, nothing, position, respelling } from './change.js'
import { derOf, shiftedBy, withoutLeadingZero } from './signature-number.js'

function inSignature(token: string, change: (signature: Buffer) => Buffer): string {
  return inSegment(token, 2, (text) => encode(change(Buffer.from(text, 'base64url'))))
}

const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((array) => Buffer.from(array))
const half = (signature: Buffer, second: boolean) =>
  second ? signature.subarray(signature.length / 2) : signature.subarray(0, signature.length / 2)

/** Another signature over what was signed. */
export const signatureRespelling = fc.oneof(
  respelling('the other S', nothing, (t) => inSignature(t, (s) => shiftedBy(s, 'negated', t))),
  respelling('S or the number plus its modulus', nothing, (t) =>
    inSignature(t, (s) => shiftedBy(s, 'wrapped', t)),
  ),
  respelling('DER', nothing, (t) => inSignature(t, derOf)),
  respelling('without a leading zero', nothing, (t) => inSignature(t, withoutLeadingZero)),
  respelling('with bytes before', bytes, (t, more) => inSignature(t, (s) => Buffer.concat([more, s]))),
  respelling('with bytes after', bytes, (t, more) => inSignature(t, (s) => Buffer.concat([s, more]))),
  respelling('with zeros before', fc.integer({ min: 1, max: 64 }), (t, count) =>
    inSignature(t, (s) => Buffer.concat([Buffer.alloc(count), s])),
  ),
  respelling('cut', fc.tuple(fc.integer({ min: 1, max: 64 }), fc.boolean()), (t, [count, front]) =>
    inSignature(t, (s) => (front ? s.subarray(count) : s.subarray(0, -count))),
  ),
  respelling('halves', fc.constantFrom('rr', 'ss', 'sr', '0s', 'r0', '00'), (t, order) =>
    inSignature(t, (s) => {
      const named = { r: half(s, false), s: half(s, true), '0': Buffer.alloc(s.length / 2) }
      return Buffer.concat(order.split('').map((name) => named[name as 'r' | 's' | '0']))
    }),
  ),
  respelling('flip a bit', fc.tuple(position, fc.nat({ max: 7 })), (t, [at, bit]) =>
    inSignature(t, (s) => {
      const flipped = Buffer.from(s)
      const index = at % Math.max(s.length, 1)
      flipped[index] = (flipped[index] ?? 0) ^ (1 << bit)
      return flipped
    }),
  ),
  respelling('turn the bytes round', nothing, (t) => inSignature(t, (s) => Buffer.from(s).reverse())),
  respelling('fill', fc.constantFrom(0, 1, 0x7f, 0xff), (t, byte) =>
    inSignature(t, (s) => Buffer.alloc(s.length, byte)),
  ),
)
