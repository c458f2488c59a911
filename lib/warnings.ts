/** Mistakes of the set-up that no single request can be blamed for. The codes are stable; `node --disable-warning=CODE` silences one. */
const texts = {
  REVERSE_JWT_NO_TLS:
    'A request with a project token came without TLS, so the token could be read on its way. Behind a proxy that ends TLS, set app.set("trust proxy", ...) so that req.secure is right.',
  REVERSE_JWT_MEMORY_STORE_IN_CLUSTER:
    'MemoryReplayStore runs in a cluster worker. Each worker has its own, so a token works once in each of them. Use a replay store that all workers share.',
  REVERSE_JWT_BODY_NOT_PARSED:
    'tokenFrom includes "body", but a form arrived with req.body unset. Mount express.urlencoded({ extended: false }) before.',
  REVERSE_JWT_LISTENER_FAILED: 'onEvent threw. The request goes on; the event is lost.',
} as const

const said = new Set<string>()

/** Prints a warning once a process. Never holds anything out of a request. */
export function warnOnce(code: keyof typeof texts): void {
  if (said.has(code)) return
  said.add(code)
  process.emitWarning(texts[code], { type: 'ReverseJwtWarning', code })
}
