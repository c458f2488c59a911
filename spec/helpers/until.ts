import { setTimeout as delay } from 'node:timers/promises'

/** Asks until the answer is true, for at most so long. For what another process does in its own time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 50_000,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in ${withinMs} ms: ${what}`)
    await delay(10)
  }
}
