import { admitProjectKey, type KeyStore, type ProjectKey } from '../lib/index.js'
import { kidOf, type Alg, type KeySet } from './platform.js'

/** A key store with an entry for each of many projects. Only the busy ones have a key of their own, made of the same material. */
export class ManyProjects implements KeyStore {
  private readonly keys = new Map<string, ProjectKey>()
  private readonly busy: readonly string[]

  constructor({ keys }: KeySet['jwks'], alg: Alg, stored: number, busy: number) {
    const jwk = keys.find((key) => key.kid === kidOf(alg))
    if (jwk === undefined) throw new Error(`the key set has no key for ${alg}`)
    const step = Math.ceil(stored / busy)
    const named: string[] = []
    const idle = admitProjectKey({ id: 'idle' }, { jwk })
    for (let project = 0; project < stored; project++) {
      const id = Buffer.from(`project-${project}`, 'latin1').toString('latin1')
      const isBusy = project % step === 0
      if (isBusy) named.push(id)
      this.keys.set(id, isBusy ? admitProjectKey({ id }, { jwk }) : idle)
    }
    this.busy = named
  }

  busyProject(item: number): string {
    return this.busy[item % this.busy.length] ?? ''
  }

  find(projectId: string): ProjectKey | undefined {
    return this.keys.get(projectId)
  }
}
