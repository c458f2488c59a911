import { expect, it } from '@jest/globals'
import { examine } from '../../lib/cli/platform/examination.js'
import { doctor } from '../../lib/cli/doctor.js'
import { outages, refusals } from '../../lib/http/refusals.js'
import { blocksOf, codesOf, published, read, sectionOf, tablesOf } from './markdown.js'

const page = read('docs/doctor.md')

async function names(): Promise<string[]> {
  const checks: string[] = []
  const lookup = () => Promise.resolve([])
  const subject = { key: undefined, origin: undefined, tokenEndpoint: undefined }
  await examine({ platform: new URL('https://platform.example'), ...subject }, { lookup }, ({ check }) =>
    checks.push(check),
  )
  return checks
}

it('has a heading for each check, in their order', async () => {
  const headings = Array.from(page.matchAll(/^## ([a-z-]+)$/gm), ([, heading]) => heading)
  expect(headings).toEqual(await names())
})

it('shows all checks in its example', async () => {
  const [example = ''] = blocksOf(page, 'text')
  const shown = Array.from(example.matchAll(/^(?:ok|warn|FAIL|skip) +(\S+)/gm), ([, check]) => check)
  expect(shown).toEqual(await names())
})

it('says of each code what it means for the key', () => {
  const [table = []] = tablesOf(sectionOf(page, '## key'))
  const codes = table.flatMap(([code = '']) => codesOf(code))
  expect(codes.toSorted()).toEqual(
    [...Object.keys(refusals), ...Object.keys(outages), 'rate_limited'].toSorted(),
  )
})

it('has the options of the command', () => {
  const options = Array.from(doctor.help.matchAll(/^ {2}(--[a-z-]+)/gm), ([, option = '']) => option)
  const [table = []] = tablesOf(page)
  const shown = table.flatMap(([option = '']) => codesOf(option).map((code) => code.split(' ')[0]))
  expect(shown).toEqual(options)
})

it('is where the help leads', () => {
  expect(doctor.help).toContain(`${published}docs/doctor.md`)
})
