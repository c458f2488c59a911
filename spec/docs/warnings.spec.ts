import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { warnOnce } from '../../lib/warnings.js'
import { anchorsOf, blocksOf, read, sectionOf } from './markdown.js'

const address = 'https://unpkg.com/reverse-jwt/docs/warnings.md#'
const page = read('docs/warnings.md')

/** The compiler keeps it complete. */
const codes: Readonly<Record<Parameters<typeof warnOnce>[0], true>> = {
  REVERSE_JWT_NO_TLS: true,
  REVERSE_JWT_MEMORY_STORE_IN_CLUSTER: true,
  REVERSE_JWT_NO_CORS: true,
  REVERSE_JWT_UNKNOWN_ORIGIN: true,
  REVERSE_JWT_BUILT_IN_A_REQUEST: true,
  REVERSE_JWT_SESSION_LEFT_ON: true,
  REVERSE_JWT_BODY_NOT_PARSED: true,
  REVERSE_JWT_TOKENS_NOT_LIMITED: true,
  REVERSE_JWT_LISTENER_FAILED: true,
  REVERSE_JWT_EVENTS_DROPPED: true,
  REVERSE_JWT_PRIVATE_ADDRESSES_ALLOWED: true,
}

const messages = new Map<string, string>()
let emitWarning: jest.SpiedFunction<typeof process.emitWarning>
beforeAll(() => {
  emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue()
  for (const code of Object.keys(codes) as (keyof typeof codes)[]) warnOnce(code)
  for (const [message, options] of emitWarning.mock.calls) {
    messages.set((options as unknown as { code: string }).code, String(message))
  }
})
afterAll(() => {
  emitWarning.mockRestore()
})

describe('docs/warnings.md', () => {
  it('has a section for each warning, and no other section', () => {
    const headings = Array.from(page.matchAll(/^## (.+)$/gm), ([, heading]) => heading)
    expect(headings).toEqual(Object.keys(codes))
  })

  it.each(Object.keys(codes))('has the section that %s points to, and says how to silence it', (code) => {
    const [, anchor] = messages.get(code)?.split(` See ${address}`) ?? []
    expect(anchorsOf(page)).toContain(anchor)
    expect(anchor).toBe(anchorsOf(`## ${code}`)[0])
    expect(sectionOf(page, `## ${code}`)).toContain(`\`node --disable-warning=${code}\``)
  })

  it('shows a warning as it is printed', () => {
    const code = 'REVERSE_JWT_NO_TLS'
    expect(blocksOf(page, 'text')).toEqual([
      `(node:4711) [${code}] ReverseJwtWarning: ${messages.get(code) ?? ''}`,
    ])
  })
})
