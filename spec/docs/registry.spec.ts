import { describe, expect, it } from '@jest/globals'
import { grants, RegistryError, type RegistryErrorCode } from '../../lib/registry/index.js'
import { answers } from '../../lib/registry/registry-error.js'
import { keyState } from '../../lib/registry/store/key-state.js'
import { now } from '../helpers/mint.js'
import { keyRecord } from '../helpers/records.js'
import { without } from '../../lib/registry/store/records.js'
import { blocksOf, codesOf, read, sectionOf, tablesOf } from './markdown.js'

const page = read('docs/registry.md')

describe('docs/registry.md', () => {
  it('has the text of the grants', () => {
    const [sql] = blocksOf(sectionOf(page, '## Roles'), 'sql')
    expect(sql?.trim()).toBe(grants({ registry: 'platform_admin', verifier: 'platform_api' }))
  })

  it('has every error code with its status', () => {
    const [table = []] = tablesOf(sectionOf(page, '## Errors'))
    const documented = table.map(([code = '', status]) => [codesOf(code)[0], Number(status)])
    const codes = Object.keys(answers) as RegistryErrorCode[]
    const real = codes.map((code) => [code, new RegistryError(code, 'x').status])
    expect(documented.sort()).toEqual(real.sort())
  })

  it('has every state of a key', () => {
    const [table = []] = tablesOf(sectionOf(page, '## States of a key'))
    const states = [
      without(keyRecord('a', { challenge: { nonceHash: 'x', expiresAt: now + 1 } }), 'activatedAt'),
      keyRecord('a'),
      keyRecord('a', { notAfter: now + 1 }),
      keyRecord('a', { notAfter: now }),
      keyRecord('a', { revokedAt: now }),
    ].map((key) => keyState(key, now))
    expect(table.map(([state = '']) => codesOf(state)[0])).toEqual(states)
  })
})
