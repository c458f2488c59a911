import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from '../child.js'
import { origin } from '../platform.js'

/** Where a generator finds its tokens: one a line. */
export interface TokensQuestion {
  readonly file: string
}

/** Hands the tokens over in a file: as a message they would take longer. */
export async function giveTokens(generator: Child, tokens: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reverse-jwt-bench-'))
  try {
    const file = join(folder, 'tokens')
    await writeFile(file, tokens.join('\n'), { mode: 0o600 })
    const question: TokensQuestion = { file }
    await generator.ask<number>(question)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The other end: whole requests, one for each token. */
export function readRequests({ file }: TokensQuestion): readonly Buffer[] {
  const tokens = readFileSync(file, 'latin1').trimEnd().split('\n')
  return tokens.map((token) => Buffer.from(requestOf(token), 'latin1'))
}

function requestOf(token: string): string {
  return [
    'GET /embed/portal HTTP/1.1',
    'Host: platform.example',
    'Accept: application/json',
    'User-Agent: bench',
    `Origin: ${origin}`,
    `Authorization: Bearer ${token}`,
    '\r\n',
  ].join('\r\n')
}
