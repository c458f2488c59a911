import { expect, it } from '@jest/globals'
import { AuthenticationError } from '../../lib/index.js'

it.each(['x", error="none', 'x\\', 'caf\u00e9', 'x\r\nSet-Cookie: a=b'])(
  'leaves out what could end the quotes around it: %j',
  (text) => {
    const { challenge } = new AuthenticationError('token_expired', { realm: text, description: text })
    expect(challenge).toBe('Bearer error="invalid_token"')
  },
)

it('says realm, error and description in their order', () => {
  const { challenge } = new AuthenticationError('token_expired', {
    realm: 'a portal',
    description: 'It is old.',
  })
  expect(challenge).toBe('Bearer realm="a portal", error="invalid_token", error_description="It is old."')
})
