import { createReadStream } from 'node:fs'
import { CommandFailure } from './exit-code.js'
import type { Terminal } from './terminal.js'
import { unreadable } from './unreadable-file.js'

/** The same as for every reader of keys. A token is shorter. */
const maxBytes = 65_536

/**
 * The bytes of a file, or of stdin for `-`. `what` is what the user calls it: `--key`, `the token`. No sentence repeats the path: where
 * a path is expected, a secret may stand.
 */
export async function readInput(path: string, what: string, terminal: Terminal): Promise<Buffer> {
  if (path !== '-') return readBounded(() => createReadStream(path, { end: maxBytes }), what)
  if (terminal.isTyped) terminal.say(`Paste ${what}, then press Enter and Ctrl-D.`)
  return readBounded(() => terminal.stdin, what)
}

async function readBounded(open: () => AsyncIterable<unknown>, what: string): Promise<Buffer> {
  const read: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of open()) {
      read.push(chunk as Uint8Array)
      length += (chunk as Uint8Array).length
      if (length > maxBytes) break
    }
  } catch (error) {
    throw unreadable(what, error, 'a file')
  }
  if (length > maxBytes)
    throw new CommandFailure('unknown', `${what} has more than ${maxBytes} bytes; is it the right file?`)
  if (length === 0) throw new CommandFailure('unknown', `${what} is empty`)
  return Buffer.concat(read)
}
