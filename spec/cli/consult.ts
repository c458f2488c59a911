import { expect } from '@jest/globals'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { doctorBy } from '../../lib/cli/doctor.js'
import type { Network } from '../../lib/cli/network/network.js'
import type { Terminal } from '../../lib/cli/terminal.js'
import { audience, pair, pem, seen } from './platform/platforms.js'

export interface Consultation {
  readonly exitCode: number
  readonly out: string
}

/** Files of one test file. */
export function temporaryFiles(): (name: string, content: string | Buffer, mode?: number) => string {
  const folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-doctor-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  return (name, content, mode = 0o600) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    // The process may have a mask for the modes of new files.
    chmodSync(path, mode)
    return path
  }
}

/** The key file of the honest customer. */
export function keyFile(members: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 'reverse_jwt_project_key',
    project_id: 'shop',
    audience,
    private_key: pem,
    ...members,
  })
}

/**
 * Runs the command in this process. Fails where it prints eight characters in a row of what must stay secret, or says anything beside
 * its report.
 */
export async function consult(args: readonly string[], network: Network = {}): Promise<Consultation> {
  const out: string[] = []
  const terminal: Terminal = {
    stdin: (async function* () {
      await Promise.resolve()
      yield Buffer.from(keyFile())
    })(),
    isTyped: false,
    isShown: false,
    print: (line) => out.push(line),
    say: (line) => {
      throw new Error(`it says ${line}`)
    },
  }
  const exitCode = await doctorBy({ timeoutMs: 30_000, ...network }).run(args, terminal)
  const text = out.join('\n')
  expect(leaksIn(text)).toEqual([])
  expect(text).toMatch(/^[\x20-\x7E\n]*$/)
  expect(text).not.toMatch(/^ +at |node:|\.js:/m)
  return { exitCode, out: text }
}

/** What of the output is not the same each time. */
export function steady(text: string): string {
  return text
    .replaceAll(/localhost is [\d.:]+( and \d more)?/g, 'localhost is 127.0.0.1')
    .replaceAll(/localhost:\d+/g, 'localhost:PORT')
    .replaceAll(/urn:uuid:[\da-f-]{36}/g, 'urn:uuid:ID')
    .replaceAll(/kid [\w-]{43}/g, 'kid THUMBPRINT')
    .replaceAll(/good for \d+ d/g, 'good for N d')
}

/** The line of a check, and the one with its fix. */
export function lineOf(check: string, { out }: Consultation): string {
  const lines = steady(out).split('\n')
  const at = lines.findIndex((line) => line.split(/ +/)[1] === check)
  const next = lines[at + 1] ?? ''
  return [lines[at] ?? '', ...(next.startsWith('      fix: ') ? [next] : [])].join('\n')
}

const run = 8

function leaksIn(text: string): string[] {
  return secrets().filter((secret) => {
    for (let at = 0; at + run <= secret.length; at++)
      if (text.includes(secret.slice(at, at + run))) return true
    return false
  })
}

function secrets(): string[] {
  const { d = '' } = pair.privateKey.export({ format: 'jwk' })
  const body = pem.replaceAll(/-----[^-]+-----|\s/g, '')
  const base64 = Buffer.from(d, 'base64url').toString('base64')
  return [d, base64, body, body.replaceAll('+', '-').replaceAll('/', '_'), ...seen.flatMap(secretsOf)]
}

function secretsOf(token: string): string[] {
  const [, claims = '', signature = ''] = token.split('.')
  const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string }
  return [claims, signature, jti, Buffer.from(signature, 'base64url').toString('base64')]
}
