import { expect, it } from '@jest/globals'
import { RegistryError, type RegistryErrorCode } from '../../lib/registry/index.js'
import { answers } from '../../lib/registry/registry-error.js'

const codes = Object.keys(answers) as RegistryErrorCode[]

it.each(codes)('%s says how it is answered where handlers look for it', (code) => {
  const [status, title] = answers[code]
  const error = new RegistryError(code, 'There is none')
  const members = { name: 'RegistryError', code, status, statusCode: status, expose: true, title }
  expect(error).toMatchObject({ ...members, message: 'There is none' })
})

it('has a stack of one line, which names no file', () => {
  expect(new RegistryError('conflict', 'Again').stack).toBe('RegistryError: Again')
})
