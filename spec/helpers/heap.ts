/** Bytes of live objects. Only in a program that runs with --expose-gc. */
export function heapInUse(): number {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('run with --expose-gc')
  gc()
  return process.memoryUsage().heapUsed
}
