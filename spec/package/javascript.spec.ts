import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from './command.js'
import { nodeProgram } from '../helpers/node-program.js'
import { installation, manifest, nodeVersions, projectIn } from './installation.js'

jest.setTimeout(60_000)

const modules = Object.keys(manifest.exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace('.', 'reverse-jwt'))

let project: string
beforeAll(async () => {
  project = await projectIn(await installation('express', 'passport'), 'javascript')
}, 180_000)
afterAll(() => rm(project, { recursive: true }))

it('is tried on the oldest versions of Node that the package allows, and on the newest', () => {
  expect(manifest.engines.node).toBe('^20.19 || ^22.12 || >=24')
  expect(nodeVersions).toEqual(['20.19.0', '22.12.0', '24', '26'])
})

describe.each(['the present', ...nodeVersions])('on Node %s', (version) => {
  let node: string
  beforeAll(async () => {
    node = version === 'the present' ? process.execPath : await nodeProgram(version)
    const expected = version === 'the present' ? process.version : `v${version}`
    expect(`${(await output(node, ['--version'], project)).trim()}.`).toContain(`${expected}.`)
  }, 180_000)

  it.each(['esm', 'commonjs'])('lets a token of an %s project through Express once', async (kind) => {
    expect(await output(node, ['platform.js'], join(project, kind))).toBe('200 shop\n401 token_replayed\n')
  })

  it('gives the same modules to import and to require', async () => {
    const script = `
      for (const name of ${JSON.stringify(modules)}) {
        import(name).then((imported) => console.log(name, imported === require(name)))
      }`
    const same = await output(node, ['--input-type=commonjs', '--eval', script], join(project, 'commonjs'))
    expect(same.trim().split('\n').sort()).toEqual(modules.map((name) => `${name} true`).sort())
  })
})
