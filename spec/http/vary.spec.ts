import { expect, it } from '@jest/globals'
import { varyBy } from '../../lib/http/vary.js'

it.each([
  [undefined, 'Referer, Sec-Fetch-Site'],
  ['', 'Referer, Sec-Fetch-Site'],
  ['Accept', 'Accept, Referer, Sec-Fetch-Site'],
  ['sec-fetch-site,accept', 'sec-fetch-site,accept, Referer'],
  [['Accept', 'Referer'], 'Accept, Referer, Sec-Fetch-Site'],
  ['REFERER, sec-fetch-site', 'REFERER, sec-fetch-site'],
  ['*', '*'],
])('%j becomes %j', (present, after) => {
  let value: unknown = present
  varyBy(
    { getHeader: () => value, setHeader: (_name, given) => (value = given) },
    'Referer',
    'Sec-Fetch-Site',
  )
  expect(value).toEqual(after)
})
