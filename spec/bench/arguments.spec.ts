import { expect, it } from '@jest/globals'
import { readArguments } from '../../bench/arguments.js'
import { parts } from '../../bench/parts.js'

it('measures all parts on the Node that runs it', () => {
  const { names, nodes, form } = readArguments([])
  expect({ names, nodes, form }).toEqual({ names: Object.keys(parts), nodes: [], form: 'short' })
})

it('measures on each Node what may differ from Node to Node', () => {
  const { names, nodes } = readArguments(['--nodes', '--full'])
  expect(nodes).toEqual(['20', '22', '24', '26'])
  expect(names).toEqual([
    ...[
      'http',
      'in-process',
      'refusals',
      'flood',
      'cors',
      'listeners',
      'start',
      'connections',
      'mint',
      'sessions',
      'replay-in-redis',
      'registry',
    ],
  ])
})

it('measures what is named, in its own order', () => {
  const { names, nodes } = readArguments(['--nodes', 'scale', 'http'])
  expect([names, nodes.length]).toEqual([['http', 'scale'], 4])
})

it('takes some Nodes, in a list or one by one', () => {
  expect(readArguments(['--nodes=24,26']).nodes).toEqual(['24', '26'])
  expect(readArguments(['--nodes=24', '--nodes=26.1.0', '--nodes=24']).nodes).toEqual(['24', '26.1.0'])
})

it('makes the pages alone when asked to', () => {
  const { names, writesPages } = readArguments(['--render', 'http'])
  expect({ names, writesPages }).toEqual({ names: [], writesPages: true })
})

it('says what it does not know', () => {
  expect(() => readArguments(['htp'])).toThrow('There is no part htp; there are http, in-process')
  expect(() => readArguments(['--nodes=x'])).toThrow('--nodes is versions of Node, such as 24,26; not x')
})
