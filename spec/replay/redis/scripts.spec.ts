import { expect, it } from '@jest/globals'
import { beginEpoch, consume, consumeInEpoch } from '../../../lib/replay/redis/scripts.js'

it('reads INFO at fixed places: a pattern over all of it costs more than the rest of the script', () => {
  for (const { text } of [consumeInEpoch, beginEpoch]) {
    expect(text).toContain("string.find(info, '\\nrun_id:', 1, true)")
    expect(text).not.toMatch(/string\.g?match\(info|info:g?match/)
  }
})

it('asks for INFO only where an epoch is kept', () => {
  expect(consume.text).not.toContain('INFO')
})
