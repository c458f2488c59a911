import { expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { runNode } from '../helpers/child-process.js'

it('an event keeps no token, however the key store makes its keys', async () => {
  const program = fileURLToPath(new URL('./memory-of-events.js', import.meta.url))
  const { stdout, stderr } = await runNode(['--expose-gc', program])
  expect(stderr).toBe('')
  const { accepted, bytesAnEvent } = JSON.parse(stdout) as { accepted: number; bytesAnEvent: number }
  expect(accepted).toBe(1100)
  // The claims set alone has 2,500.
  expect(bytesAnEvent).toBeLessThan(1800)
})
