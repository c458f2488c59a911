/** Whether a store's answer has to be waited for. To wait for one that is at hand costs more than a warm key does. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
