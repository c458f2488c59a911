/** The blocks of a PEM text. RFC 7468. */
export interface PemBlocks {
  /** As in `-----BEGIN PUBLIC KEY-----`, in their order. */
  readonly labels: readonly string[]
  /** What the block with this label holds; undefined where it is cut off or is no base64. */
  contentOf(label: string): Buffer | undefined
  /** What stands before, between and behind the blocks. */
  readonly outside: string
  /** Whether a block with this label is locked with a passphrase. What stands outside of the blocks says nothing. */
  isLocked(label: string): boolean
}

export function readPemBlocks(text: string): PemBlocks {
  // Environment variables spell line ends as \n or lose them; base64 does not need them.
  const lines = text.replace(/\\{1,2}[nr]/g, '\n')
  return {
    labels: Array.from(lines.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), ([, label = '']) => label),
    // Up to the next BEGIN only, or a text of nothing but these would be searched to its end for each of them.
    outside: lines.replace(/-----BEGIN ([A-Z0-9 ]+)-----(?:(?!-----BEGIN )[^])*?-----END \1-----/g, '\n'),
    contentOf(label) {
      const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`)
      const body = block.exec(lines)?.[1]
      return body === undefined ? undefined : Buffer.from(body, 'base64')
    },
    isLocked: (label) =>
      label.startsWith('ENCRYPTED') ||
      // RFC 1421 section 4.6.1.1: the first line of the block.
      new RegExp(`-----BEGIN ${label}-----\\s*Proc-Type:[^\\n-]*ENCRYPTED`).test(lines),
  }
}

/** Whether somebody escaped `\n` once more. */
export function hasLineEndsEscapedTwice(text: string): boolean {
  return /\\\\[nr]/.test(text)
}
