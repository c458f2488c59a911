/** What is read, and for how long at most. */
interface Reading {
  readonly headers?: () =>
    ConstructorParameters<typeof Headers>[0] | Promise<ConstructorParameters<typeof Headers>[0]>
  readonly maxBytes: number
  readonly timeoutMs: number
}

/**
 * Reads a JSON object of another server of the platform. Follows no redirect, and keeps no more than `maxBytes`. Throws an Error
 * that says what came instead, and quotes nothing of it.
 */
export async function fetchJson(
  url: URL,
  { headers, maxBytes, timeoutMs }: Reading,
): Promise<Readonly<Record<string, unknown>>> {
  const name = `${url.origin}${url.pathname}`
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    // Else fetch refuses it, and repeats the whole address.
    if (url.username !== '' || url.password !== '') throw new Error('there is a user in its address')
    const asked = await beforeAbort(signal, headersFrom(headers))
    const response = await fetch(url, { headers: asked, redirect: 'error', signal })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`it answered ${response.status}`)
    }
    const object: unknown = JSON.parse(await textOf(response, maxBytes))
    if (typeof object !== 'object' || object === null || Array.isArray(object))
      throw new Error('it answered no JSON object')
    return object as Readonly<Record<string, unknown>>
  } catch (cause) {
    const why = signal.aborted ? `it did not answer within ${timeoutMs} ms` : reasonOf(cause)
    throw new Error(`${name} cannot be read: ${why}`, { cause })
  }
}

/** What is wrong with a header is not repeated: it may hold a secret. */
async function headersFrom(headers: Reading['headers']): Promise<Headers> {
  try {
    const all = new Headers(await headers?.())
    all.set('Accept', 'application/json')
    return all
  } catch {
    throw new Error('the function headers gave none')
  }
}

/** Whoever gives headers may take for ever. */
function beforeAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(new Error('aborted'))
    }
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    work.then(resolve, reject)
  })
}

async function textOf(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length
    if (length > maxBytes) throw new Error(`it answered more than ${maxBytes} bytes`)
    chunks.push(chunk as Uint8Array)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

function reasonOf(thrown: unknown): string {
  const { name, message, cause } = (thrown ?? {}) as { name?: unknown; message?: unknown; cause?: unknown }
  if (name === 'SyntaxError') return 'it answered what is no JSON'
  // fetch says only that it failed; why is in its cause.
  const { message: behind } = (cause ?? {}) as { message?: unknown }
  return (
    ([behind, message].find((text) => typeof text === 'string' && text !== '') as string | undefined) ??
    'it failed'
  )
}
