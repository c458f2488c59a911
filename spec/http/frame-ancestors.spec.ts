import { expect, it } from '@jest/globals'
import { withFrameAncestors } from '../../lib/http/frame-ancestors.js'

const named = 'frame-ancestors https://shop.example'

it.each([
  [undefined, named, ''],
  ['', named, ''],
  [' ; ', named, ''],
  ["default-src 'self'", `default-src 'self'; ${named}`, "default-src 'self'"],
  ["frame-ancestors 'self'", named, ''],
  [
    "default-src 'self';frame-ancestors 'self';img-src *",
    `default-src 'self';img-src *; ${named}`,
    "default-src 'self';img-src *",
  ],
  ["FRAME-Ancestors\t'none' ; a b;", `a b; ${named}`, 'a b'],
  ['frame-ancestors', named, ''],
  ['frame-ancestors-of x', `frame-ancestors-of x; ${named}`, 'frame-ancestors-of x'],
  ["a b, frame-ancestors 'none', c d", `a b, c d; ${named}`, 'a b, c d'],
  [["a b; frame-ancestors 'none'", "frame-ancestors 'self'; c d"], `a b, c d; ${named}`, 'a b, c d'],
  [7, named, ''],
])('%j gets these frame-ancestors and no other', (present, after, without) => {
  expect(withFrameAncestors(present, 'https://shop.example')).toBe(after)
  expect(withFrameAncestors(present, undefined)).toBe(without)
})
