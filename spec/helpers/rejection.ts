/** A promise that rejects with anything: JavaScript lets careless stores and callbacks do so. */
export function rejection(reason: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- What is no Error is the point.
  return Promise.reject(reason)
}
