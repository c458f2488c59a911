import { expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { metered } from '../events/meter/metered.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'

const count = 10_000

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

it.each([0, 5])(
  'I name ten thousand projects and keys, and there is no series more, with names for %i projects',
  async (projects) => {
    const { listener, read, values } = metered({ projects })
    const { options } = platform({ onEvent: listener })
    const verifier = createVerifier(options)
    const refuse = (number: number, origin?: string) =>
      verifier.verify(madeUp(number), { origin }).catch(() => undefined)
    await refuse(0)
    const series = async () => Array.from(await read(), ([name, { points }]) => [name, points.length])
    const before = await series()
    for (let number = 1; number < count; number++) await refuse(number, `https://${number}.example`)
    expect(await series()).toEqual(before)
    const refused = { 'reverse_jwt.outcome': 'refused', 'error.type': 'token_not_verified' }
    expect(await values('reverse_jwt.verifications')).toEqual([[refused, count]])
    const exported = JSON.stringify(Array.from(await read()))
    expect(exported).not.toMatch(/project-\d|kid-\d|\.example/)
    // The control: the honest token is counted, below its name where there are names.
    await verifier.verify(mint())
    const ofProject = projects === 0 ? {} : { 'reverse_jwt.project.id': 'shop' }
    const accepted = { 'reverse_jwt.outcome': 'accepted', 'reverse_jwt.face': 'verify', ...ofProject }
    expect(await values('reverse_jwt.verifications')).toContainEqual([accepted, 1])
  },
)
