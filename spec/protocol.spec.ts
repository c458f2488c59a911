import { expect, it } from '@jest/globals'
import { parseUrl } from '../lib/protocol.js'

it('reads a URL with letters beyond ASCII as often as it is asked to', () => {
  // Often enough for the call to be optimized, which is when URL.canParse of Node 20 begins to say false.
  const origins = Array.from({ length: 100_000 }, () => parseUrl('https://café.example')?.origin)
  expect(new Set(origins)).toEqual(new Set(['https://xn--caf-dma.example']))
})

it.each(['', 'shop.example', '//shop.example', 'https://', 1, null, undefined, {}])(
  'reads no URL in %j',
  (text) => {
    expect(parseUrl(text)).toBeUndefined()
  },
)
