import { beforeAll, expect, it } from '@jest/globals'
import { createSigner, generateProjectKey } from '../../../lib/customer/index.js'
import { createVerifier, MemoryKeyStore, MemoryReplayStore, type Verifier } from '../../../lib/index.js'
import { oddTokens, type OddToken } from '../../../example-server/story/odd-tokens.js'

const address = 'http://localhost:4001'
const platformAddress = 'http://127.0.0.1:4000'

let odd: ReadonlyMap<string, OddToken>
let verifier: Verifier
let honest: () => Promise<string>
const reasons: string[] = []

beforeAll(async () => {
  const { privateKey, publicJwk } = await generateProjectKey()
  odd = oddTokens({ address, platformAddress, privateKey })
  const signer = createSigner({ projectId: 'demo-shop', audience: platformAddress, privateKey })
  honest = () => signer.sign({ origin: address })
  verifier = createVerifier({
    audience: platformAddress,
    keyStore: new MemoryKeyStore([{ id: 'demo-shop', keys: [{ jwk: publicJwk }] }]),
    replayStore: new MemoryReplayStore(),
    onEvent: (event) => {
      if (event.type === 'refused') reasons.push(event.reason)
    },
  })
})

const verify = (token: string) => verifier.verify(token, { origin: address })

it('differ from a token that is accepted', async () => {
  const { project } = await verify(await honest())
  expect(project.id).toBe('demo-shop')
})

it.each([
  ['audience', 'audience_mismatch', 'audience_mismatch'],
  ['expired', 'token_expired', 'token_expired'],
  ['foreign-key', 'token_not_verified', 'signature_bad'],
])('are refused for what is wrong with them: %s', async (kind, code, reason) => {
  const token = (await odd.get(kind)?.()) ?? ''
  await expect(verify(token)).rejects.toMatchObject({ code })
  expect(reasons.at(-1)).toBe(reason)
})

it('are these and no others', () => {
  expect([...odd.keys()]).toEqual(['audience', 'expired', 'foreign-key'])
})
