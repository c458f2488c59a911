/**
 * What follows from a value: at once where the value is at hand, else when its promise is fulfilled. Only promises of this package
 * come here: `store-answer.ts` sees to it for those of stores.
 */
export function andThen<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
