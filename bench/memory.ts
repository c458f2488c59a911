import { Child } from './child.js'
import { makeKeys } from './platform.js'
import { cell, type Table } from './results.js'
import type { MemoryAnswer, MemoryQuestion } from './memory-process.js'

/** What a project with one key weighs in `MemoryKeyStore`, in a process that has nothing else. */
export async function bytesAProject(projects: number): Promise<Table> {
  const { jwks } = makeKeys()
  const rows: Table['rows'][number][] = []
  for (const alg of ['ES256', 'EdDSA'] as const) {
    const child = new Child('./memory-process.js', ['--expose-gc'])
    try {
      const question: MemoryQuestion = { jwk: jwks.keys.find((jwk) => jwk.alg === alg) ?? {}, projects }
      const { resident, heap, micros } = await child.ask<MemoryAnswer>(question)
      const cells = [cell(resident, 'bytes'), cell(heap, 'bytes'), cell(micros, 'µs')]
      rows.push({ name: `one ${alg} key each`, cells })
    } finally {
      await child.stop()
    }
  }
  return {
    title: 'Memory of a project in MemoryKeyStore',
    text: `${projects.toLocaleString('en')} projects, after garbage collection. Most of a key lies outside the JavaScript heap. To admit RSA keys takes far longer, because it is made sure that no modulus is a prime.`,
    columns: ['resident', 'of which heap', 'to admit it'],
    rows,
  }
}
