import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** Beats every so many milliseconds, fractions included: timers of the event loop know whole ones only. */
export class Metronome {
  private readonly worker: Worker

  constructor(milliseconds: number) {
    this.worker = new Worker(new URL(import.meta.url), { workerData: milliseconds })
  }

  onBeat(beat: () => void): void {
    this.worker.on('message', beat)
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
  }
}

if (!isMainThread) {
  const never = new Int32Array(new SharedArrayBuffer(4))
  const milliseconds = workerData as number
  for (let next = performance.now() + milliseconds; ; next += milliseconds) {
    Atomics.wait(never, 0, 0, Math.max(0, next - performance.now()))
    parentPort?.postMessage(null)
  }
}
