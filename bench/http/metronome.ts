import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** Milliseconds of the one clock that all threads share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Beats every so many milliseconds, fractions included: timers of the event loop know whole ones only. */
export class Metronome {
  private readonly worker: Worker

  constructor(milliseconds: number) {
    this.worker = new Worker(new URL(import.meta.url), { workerData: milliseconds })
  }

  /** Each beat says when it was meant to be. */
  onBeat(beat: (meant: number) => void): void {
    this.worker.on('message', beat)
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
  }
}

if (!isMainThread) {
  const never = new Int32Array(new SharedArrayBuffer(4))
  const milliseconds = workerData as number
  for (let next = monotonic() + milliseconds; ; next += milliseconds) {
    Atomics.wait(never, 0, 0, Math.max(0, next - monotonic()))
    parentPort?.postMessage(next)
  }
}
