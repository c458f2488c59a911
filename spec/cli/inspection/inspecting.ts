import { afterAll, jest } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mint, now, type Override } from '../../helpers/mint.js'
import { call, type Called } from '../called.js'

const folder = await mkdtemp(join(tmpdir(), 'inspect-'))
afterAll(() => rm(folder, { recursive: true }))

/** A file with this content. */
export async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** Inspects what comes from stdin, at the moment for which the tests mint. */
export function inspect(args: readonly string[], stdin: string | Buffer): Promise<Called> {
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000)
  return call(['inspect', ...args], { stdin })
}

/** Inspects a token with a difference. */
export function inspectToken(args: readonly string[], override: Override = {}): Promise<Called> {
  return inspect(args, mint(override))
}

/** The codes of the rules that it broke, in their order. */
export function faultsIn({ stdout }: Called): (string | undefined)[] {
  return Array.from(stdout.matchAll(/^ {2}([a-z_]+): /gm), ([, code]) => code)
}
