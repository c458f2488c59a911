import { describe, expect, it } from '@jest/globals'
import { factsOf, HttpError, type ErrorFacts } from '../../lib/http/http-error.js'

const facts: ErrorFacts = { code: 'tea', status: 418, title: 'Tea', description: 'There is no coffee.' }

class Teapot extends HttpError {
  static {
    this.prototype.name = 'Teapot'
  }

  constructor(cause?: unknown) {
    super(facts, cause)
  }
}

it('says how it is answered where handlers look for it', () => {
  expect(new Teapot()).toMatchObject({
    name: 'Teapot',
    message: 'There is no coffee.',
    code: 'tea',
    title: 'Tea',
    status: 418,
    statusCode: 418,
    expose: true,
  })
})

it('has a stack of one line, and leaves those of all other errors as long as they were', () => {
  const before = Error.stackTraceLimit
  expect(new Teapot().stack).toBe('Teapot: There is no coffee.')
  expect(Error.stackTraceLimit).toBe(before)
})

it('leaves them so when it cannot be made', () => {
  const before = Error.stackTraceLimit
  class Broken extends HttpError {
    constructor() {
      super({ ...facts, description: Symbol('no text') as unknown as string })
    }
  }
  expect(() => new Broken()).toThrow(TypeError)
  expect(Error.stackTraceLimit).toBe(before)
})

it('has a cause only if there is one', () => {
  expect(new Teapot('the pot').cause).toBe('the pot')
  expect('cause' in new Teapot()).toBe(false)
})

describe('what is answered for it', () => {
  it('is what it was made with, whatever was written on it since', () => {
    const error = new Teapot()
    for (const name of Reflect.ownKeys(error)) Reflect.set(error, name, 'written')
    Object.assign(error, { headerSent: true, name: 'written' })
    Object.setPrototypeOf(error, Object.prototype)
    expect(factsOf(error)).toEqual(facts)
  })

  it.each([
    undefined,
    null,
    'text',
    418,
    new Error('mine'),
    { ...facts },
    Object.create(Teapot.prototype),
    Object.create(new Teapot()),
    new Proxy(new Teapot(), {}),
  ])('is unknown for %p, which nobody made as one', (thrown) => {
    expect(factsOf(thrown)).toBeUndefined()
  })
})
