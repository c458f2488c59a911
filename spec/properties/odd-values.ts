import fc from 'fast-check'
import { AuthenticationError, StoreError } from '../../lib/index.js'

/** Anything that JavaScript has: of every type, nested, with odd names, without a prototype. */
export const anything = fc.anything({
  maxDepth: 2,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withTypedArray: true,
})

/** Values that break careless code. Made anew each time; fast-check prints the name alone, which is all that some allow. */
const makers: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  true: () => true,
  false: () => false,
  'one, not true': () => 1,
  'zero, not false': () => 0,
  'a boxed true': () => Object(true) as unknown,
  'the text true': () => 'true',
  'a symbol': () => Symbol('odd'),
  'a function': () => () => true,
  'an Error': () => new Error('odd'),
  'a frozen Error': () => Object.freeze(new Error('odd')),
  'an Error with a cause that is itself': () => {
    const error = new Error('odd')
    error.cause = error
    return error
  },
  'an Error with a message that is none': () =>
    Object.assign(new Error(), { stack: '', message: Symbol('odd') }),
  'a frozen StoreError': () => Object.freeze(new StoreError('replay_store_full', { cause: 'odd' })),
  'a StoreError': () => new StoreError('store_unavailable'),
  'an AuthenticationError': () => new AuthenticationError('token_replayed'),
  'an object without a prototype': () => Object.create(null) as unknown,
  'a proxy that forwards': () => new Proxy({}, {}),
  'a thenable that never was a promise': () => ({ then: true }),
}

export const oddValue = fc
  .constantFrom(...Object.keys(makers))
  .map((name) => ({ name, make: makers[name] ?? (() => name) }))
