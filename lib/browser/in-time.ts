import { ProjectClientError } from './project-client-error.js'

/**
 * What the work gives, if that is in time and the caller still waits. 0 ms are no limit. The signal that the work gets aborts at its end,
 * too.
 */
export async function inTime<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  late = () => new ProjectClientError('timeout', `No token within ${timeoutMs} ms`),
): Promise<T> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const stop = new AbortController()
    const timer =
      timeoutMs &&
      setTimeout(() => {
        stop.abort(late())
      }, timeoutMs)
    const abort = () => {
      stop.abort(signal?.reason)
    }
    stop.signal.onabort = () => {
      clearTimeout(timer)
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason.
      reject(stop.signal.reason)
    }
    signal?.addEventListener('abort', abort, { signal: stop.signal })
    work(stop.signal).then(resolve, reject).finally(abort)
  })
}
