import { expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { metered } from '../events/meter/metered.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

const count = 2_000

/** A stranger's token: it names what it likes, and its signature is never looked at. */
const claims = (name: string) => ({ proj_id: name, sub: name, iss: name, jti: name })
const stem = mint()
const part = (object: object) => Buffer.from(JSON.stringify(object)).toString('base64url')
const claimsOfStem = JSON.parse(Buffer.from(stem.split('.')[1] ?? '', 'base64url').toString()) as object
const madeUp = (number: number) => {
  const header = { alg: 'ES256', kid: `kid-${number}`, typ: 'project-auth+jwt' }
  const body = { ...claimsOfStem, ...claims(`project-${number}`) }
  return `${part(header)}.${part(body)}.${stem.split('.')[2] ?? ''}`
}

it('I name thousands of projects and keys, and there is no series more, with and without names for projects', async () => {
  const without = metered()
  const named = metered({ projects: 5 })
  const verifier = createVerifier(platform({ onEvent: [without.listener, named.listener] }).options)
  const refuse = (number: number, origin?: string) =>
    verifier.verify(madeUp(number), { origin }).catch(() => undefined)
  await refuse(0)
  const seriesOf = async ({ read }: typeof named) =>
    Array.from(await read(), ([name, { points }]) => [name, points.length])
  const before = await Promise.all([without, named].map(seriesOf))
  for (let number = 1; number < count; number++) await refuse(number, `https://${number}.example`)
  expect(await Promise.all([without, named].map(seriesOf))).toEqual(before)
  for (const { read, values } of [without, named]) {
    const refused = { 'reverse_jwt.outcome': 'refused', 'error.type': 'token_not_verified' }
    expect(await values('reverse_jwt.verifications')).toEqual([[refused, count]])
    expect(JSON.stringify(Array.from(await read()))).not.toMatch(/project-\d|kid-\d|\.example/)
  }
  // The control: the honest token is counted, below its name where there are names.
  await verifier.verify(mint())
  const accepted = { 'reverse_jwt.outcome': 'accepted', 'reverse_jwt.face': 'verify' }
  expect(await without.values('reverse_jwt.verifications')).toContainEqual([accepted, 1])
  const ofShop = { ...accepted, 'reverse_jwt.project.id': 'shop' }
  expect(await named.values('reverse_jwt.verifications')).toContainEqual([ofShop, 1])
})
