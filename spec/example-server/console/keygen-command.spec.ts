import { expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { consoleFolder } from '../../../example-server/page-folder.js'

const { keygenCommand } = (await import(pathToFileURL(join(consoleFolder, 'keygen-command.js')).href)) as {
  keygenCommand: (address: string) => { command: string; note: string }
}

/** What a shell makes of the command: its words. */
function wordsOf(command: string): string[] {
  const printed = execFileSync('sh', ['-c', command.replace(/^npx /, 'printf "%s\\n" ')], {
    encoding: 'utf8',
  })
  return printed.split('\n').slice(0, -1)
}

const before = [
  'reverse-jwt',
  'keygen',
  '--key',
  'project-key.json',
  '--proof',
  'challenge.json',
  '--jwks-uri',
]

it.each([
  'https://shop.example/jwks.json',
  'https://shop.example:8443/~a/b_c-d.json?e=f&g=h;i|j,k+l',
  "https://shop.example/(*)/'a'/@b/%20",
])('names the address %s in one word', (address) => {
  const { command, note } = keygenCommand(address)
  expect(wordsOf(command)).toEqual([...before, address])
  expect(note).toBe('')
})

it.each([
  'https://shop.example/$(id)',
  'https://shop.example/?`id`',
  'https://shop.example/$HOME',
  'https://shop.example/?a\\',
  'https://shop.example/!id',
  'https://shop.example/?"&id&"',
  'https://shop.example/\n--key',
  'https://shop.example/^',
])('leaves out the address %j, of which a shell would read a part', (address) => {
  const { command, note } = keygenCommand(address)
  expect(wordsOf(command)).toEqual([...before, 'ADDRESS'])
  expect(note).toMatch(/^ADDRESS stands for the address/)
})
