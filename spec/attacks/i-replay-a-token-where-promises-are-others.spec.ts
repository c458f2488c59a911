import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import { runNode } from '../helpers/child-process.js'

const program = fileURLToPath(new URL('./other-promise.js', import.meta.url))

it.each([
  ['Node has', 'none', 'never'],
  ['a subclass was put in its place before the package came', 'subclass', 'before'],
  ['a subclass was put in its place later', 'subclass', 'after'],
  ['a class of somebody else was put in its place before the package came', 'foreign', 'before'],
  ['a class of somebody else was put in its place later', 'foreign', 'after'],
])('is refused where the global Promise is the one that %s', async (_, kind, when) => {
  const { code, stdout, stderr } = await runNode([program, kind, when])
  const expected = ['shop', 'token_replayed', 'token_not_verified', 'shop', 'shop', 'token_replayed']
  expect({ code, stderr, outcome: JSON.parse(stdout || 'null') as unknown }).toEqual({
    code: 0,
    stderr: '',
    outcome: {
      outcomes: { 'keys at hand': expected, 'keys that are waited for': expected },
      unhandled: 0,
    },
  })
})
