import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { call } from './called.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'))
  await writeFile(join(folder, 'binary'), randomBytes(2000))
  await writeFile(join(folder, 'large'), Buffer.alloc(10 * 1024 * 1024, 'a'))
  await writeFile(join(folder, 'empty'), '')
  await writeFile(join(folder, 'blank'), ' \n')
})
afterAll(() => rm(folder, { recursive: true }))

/** Every place in which a command reads a file. */
const readers: readonly (readonly [string, (file: string) => readonly string[]])[] = [
  ['sign --key', (file) => ['sign', '--key', file]],
  ['keygen --key', (file) => ['keygen', '--key', file]],
  ['keygen --key --proof', (file) => ['keygen', '--key', file, '--proof', file]],
  ['inspect', (file) => ['inspect', file]],
  ['inspect --key', (file) => ['inspect', join(folder, 'blank'), '--key', file]],
]

const inputs: readonly (readonly [string, string, number, RegExp])[] = [
  ['a folder', '.', 3, /cannot be read: this is a folder/],
  ['no file', 'none', 3, /cannot be read: there is no such file/],
  ['what is no path', 'x'.repeat(5000), 3, /cannot be read: this is no path/],
  ['a path with NUL', 'a\0b', 3, /cannot be read: this is no path/],
  ['10 MB', 'large', 3, /has more than 65536 bytes/],
  ['an empty file', 'empty', 3, / is empty$/],
]

describe.each(readers)('%s', (_reader, argsFor) => {
  it.each(inputs)('ends with a sentence when it is given %s', async (_, name, code, sentence) => {
    const called = await call(argsFor(join(folder, name)))
    expect([called.code, called.stdout]).toEqual([code, ''])
    expect(called.stderr.split('\n')[0]).toMatch(sentence)
  })

  it('ends with a sentence when it is given bytes that are nothing', async () => {
    const called = await call(argsFor(join(folder, 'binary')))
    expect([1, 2]).toContain(called.code)
    expect(`${called.stdout}${called.stderr}`).toMatch(
      /token_malformed|is neither PEM nor DER nor a JWK|white space/,
    )
  })

  it('ends with a sentence when nothing comes from stdin', async () => {
    const called = await call(argsFor('-'))
    expect([2, 3]).toContain(called.code)
    expect(called.stderr).toMatch(/ is empty$|only one of/m)
  })
})

/** The program itself, with a reader of its output that goes away at once. */
async function withoutReader(args: readonly string[], closed: 'stdout' | 'stderr') {
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/lib/cli/reverse-jwt.js'), ...args], {
    cwd: folder,
  })
  child.stdin.end()
  child[closed].destroy()
  const other = text(closed === 'stdout' ? child.stderr : child.stdout)
  const [[code]] = (await Promise.all([once(child, 'close'), other])) as [[number], string]
  return { code, other: await other }
}

describe('a pipe that nobody reads', () => {
  it('is a sentence and an exit code, not a stack', async () => {
    const { code, other } = await withoutReader(['--help'], 'stdout')
    expect([code, other]).toEqual([
      3,
      'reverse-jwt: not all of the output could be written: it was closed, or is full\n',
    ])
  })

  it('does not keep a command from its work, where it is that of its talk', async () => {
    const { code, other } = await withoutReader(['keygen'], 'stderr')
    expect(code).toBe(0)
    expect(JSON.parse(other)).toHaveProperty('kid')
  })
})
