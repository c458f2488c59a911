import { afterEach, expect, it } from '@jest/globals'
import {
  databaseUrlFrom,
  dataFolderFrom,
  keysPortFrom,
  redisUrlFrom,
  workersFrom,
} from '../../example-server/operations/environment.js'
import { pages } from '../package/code-blocks.js'
import { read } from './markdown.js'

const commands = pages().flatMap((page) =>
  Array.from(read(page).matchAll(/((?:[A-Z_]+=\S+ )+)npm start/g), ([command, variables = '']) => ({
    name: `${page}: ${command}`,
    variables: Object.fromEntries(
      variables
        .trim()
        .split(' ')
        .map((one) => one.split('=', 2)),
    ) as Record<string, string>,
  })),
)
const own = ['DATABASE_URL', 'REDIS_URL', 'WORKERS', 'DATA_FOLDER', 'KEYS_PORT']
afterEach(() => {
  for (const name of own) Reflect.deleteProperty(process.env, name)
})

it.each(commands)('starts the demo as it stands: $name', ({ variables }) => {
  expect(own).toEqual(expect.arrayContaining(Object.keys(variables)))
  Object.assign(process.env, variables)
  expect(workersFrom(redisUrlFrom(), databaseUrlFrom())).toBe(Number(variables.WORKERS ?? 1))
  expect(keysPortFrom() ?? '').toBe(Number(variables.KEYS_PORT) || '')
  expect(dataFolderFrom()).toMatch(new RegExp(`/${variables.DATA_FOLDER ?? '.data'}$`))
})

it('is looked for where it stands', () => {
  expect(commands.map(({ name }) => name.split(':')[0])).toEqual(['docs/deploy.md', 'docs/key-sets.md'])
})
