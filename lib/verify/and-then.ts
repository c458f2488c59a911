import { hasMethod } from '../options/kinds.js'

/**
 * What follows from a value: at once where the value is at hand, else when its promise is fulfilled.
 *
 * No value that comes here has a `then` of its own: `store-answer.ts` sees to it for those of stores.
 */
export function andThen<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/**
 * Not by `instanceof`: whoever replaces the global Promise, as libraries for context and for tracing do, has async functions that
 * return another one, and what is taken for no promise is not waited for.
 */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return hasMethod(value, 'then')
}
