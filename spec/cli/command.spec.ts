import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { runNode } from '../helpers/child-process.js'
import { call } from './called.js'

const commands = ['keygen', 'sign', 'inspect', 'doctor']
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

describe('reverse-jwt', () => {
  it('lists its commands on stderr when it is called with nothing', async () => {
    const { code, stdout, stderr } = await call([])
    expect([code, stdout]).toEqual([2, ''])
    for (const name of commands) expect(stderr).toMatch(new RegExp(`^  ${name} +\\w`, 'm'))
  })

  it.each([['help'], ['--help'], ['-h']])('prints the same for %s', async (...args) => {
    const { stderr } = await call([])
    expect(await call(args)).toEqual({ code: 0, stdout: stderr, stderr: '' })
  })

  it.each(commands)('has a help of %s that fits into a terminal', async (name) => {
    const { code, stdout, stderr } = await call([name, '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^npx reverse-jwt ${name} `))
    expect(await call(['help', name])).toEqual({ code, stdout, stderr })
    expect(stdout.split('\n').filter((line) => line.length > 140)).toEqual([])
  })

  it('says its version', async () => {
    expect(await call(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('is not good when its process ends before it has an answer', async () => {
    const endless = 'async *[Symbol.asyncIterator]() { await new Promise(() => {}) }'
    const preload = `Object.defineProperty(process, 'stdin', { value: { ${endless} } })`
    const program = 'dist/lib/cli/reverse-jwt.js'
    const outcome = await runNode(['--import', `data:text/javascript,${preload}`, program, 'inspect'])
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
  })

  it('suggests the command that was meant', async () => {
    expect(await call(['inspec'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'reverse-jwt: there is no such command. Did you mean "npx reverse-jwt inspect"?\n',
    })
  })

  it.each([
    ['a misspelled option', ['sign', '--kye', 'x'], '--kye is not known. Did you mean --key?'],
    ['an option of another command', ['sign', '--jwks', 'x'], /^--jwks is not known\. Known: --key, /],
    ['an option without its value', ['sign', '--key'], '--key needs a value'],
    [
      'an option whose value is the next option',
      ['sign', '--key', '--json'],
      '--key needs a value; if it begins with --, write --key=VALUE',
    ],
    ['an empty value', ['sign', '--key='], '--key needs a value'],
    ['a value for a switch', ['sign', '--json=yes'], '--json takes no value'],
    [
      'an option that was given twice',
      ['sign', '--key', 'a', '--key', 'b'],
      '--key was given twice; give it once',
    ],
    ['a short option', ['sign', '-k', 'x'], /^--k is not known/],
    ['an argument without a name', ['sign', 'x'], 'every argument has a name, such as --key FILE'],
    ['two files', ['inspect', 'x', 'y'], 'give one file'],
    ['a name that every object has', ['sign', '--constructor', 'x'], /^--constructor is not known/],
    [
      'a secret in the place of a name',
      ['sign', `--${'k'.repeat(43)}`],
      /^there is an option that is not known\. Known: /,
    ],
  ])('refuses %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await call(args)
    const [first = '', second] = stderr.split('\n')
    expect([code, stdout, second]).toEqual([2, '', `See: npx reverse-jwt ${args[0] ?? ''} --help`])
    const said = first.replace(`reverse-jwt ${args[0] ?? ''}: `, '')
    if (typeof sentence === 'string') expect(said).toBe(sentence)
    else expect(said).toMatch(sentence)
  })
})
