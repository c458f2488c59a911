import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of the benchmark's own that answers one question after the other. */
export class Child {
  private readonly process: ChildProcess
  private readonly ended: Promise<never>

  /** `module` is next to this file: `http/server.js`. */
  constructor(module: string, execArgv: readonly string[] = []) {
    this.process = fork(fileURLToPath(new URL(module, import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [...execArgv],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    this.ended = once(this.process, 'exit').then(([code]) => {
      throw new Error(`${module} ended (${code})`)
    })
    this.ended.catch(() => undefined)
  }

  get pid(): number {
    return this.process.pid ?? NaN
  }

  async ask<Answer>(question: object): Promise<Answer> {
    const answered = once(this.process, 'message')
    this.process.send(question)
    const [answer] = (await Promise.race([answered, this.ended])) as [{ error: string } | { answer: Answer }]
    if ('error' in answer) throw new Error(answer.error)
    return answer.answer
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const exited = once(this.process, 'exit')
    this.process.kill()
    await exited
  }
}

/** The other end: answers what the parent asks, and goes when the parent goes. */
export function answerParent(answer: (question: never) => unknown): void {
  process.on('message', (question) => {
    Promise.resolve()
      .then(() => answer(question as never))
      .then(
        (answer) => process.send?.({ answer }),
        (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit())
}
