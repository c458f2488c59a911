import { expect, it } from '@jest/globals'
import { keySetAddress, portOf } from '../../../lib/keys/jwks/address-rules.js'

// What is not allowed is in spec/attacks/i-make-you-fetch-from-your-own-network.spec.ts.
it.each([
  ['https://shop.example/jwks.json', 'shop.example', 443, '/jwks.json'],
  ['https://SHOP.example', 'shop.example', 443, '/'],
  ['https://shop.example:443/a?b=c', 'shop.example', 443, '/a?b=c'],
  ['https://keys.shop.example:8443/', 'keys.shop.example', 8_443, '/'],
  ['https://b\u00fccher.example/', 'xn--bcher-kva.example', 443, '/'],
  ['https://1password.example/', '1password.example', 443, '/'],
  ['https://a--b.example/', 'a--b.example', 443, '/'],
  ['https://localhost.example/', 'localhost.example', 443, '/'],
])('%s leads to %s, port %i', (text, hostname, port, path) => {
  const url = keySetAddress(text, [443, 8_443])
  if (typeof url === 'string') throw new Error(url)
  expect([url.hostname, portOf(url), url.pathname + url.search]).toEqual([hostname, port, path])
})

it.each([
  ['https://shop..example/', /host/],
  ['https://-shop.example/', /host/],
  ['https://shop-.example/', /host/],
  ['https://shop_a.example/', /host/],
  ['https://shop.1/', /no URL|host/],
  ['https://shop.example:8444/', /port/],
  ['https://*.example/', /host/],
  [`https://${'a'.repeat(1_900)}/`, /host/],
  [`https://${'a.'.repeat(900)}-/`, /host/],
])('%s leads nowhere', (text, why) => {
  expect(keySetAddress(text, [443])).toEqual(expect.stringMatching(why))
})
