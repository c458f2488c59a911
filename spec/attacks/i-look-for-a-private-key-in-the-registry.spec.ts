import { beforeEach, expect, it, jest } from '@jest/globals'
import { createPrivateKey } from 'node:crypto'
import { adminApp, operator, send } from '../helpers/admin.js'
import { makeKeyPair } from '../helpers/keys.js'
import { formsOf } from '../helpers/private-key-forms.js'
import { managed, type ManagedPlatform } from '../helpers/registry.js'
import { printed, Secrets } from '../helpers/secrets.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
jest.setTimeout(90_000)

let platform: ManagedPlatform
let ask: (method: string, path: string, body?: unknown, name?: string) => Promise<string>
let errors: unknown[]

beforeEach(async () => {
  platform = managed()
  await platform.registry.createProject({ id: 'shop' }, { by: operator })
  const admin = adminApp(platform.registry)
  errors = admin.errors
  ask = async (method, path, body, name) => {
    const headers = { 'idempotency-key': name }
    const answer = await send(serve(admin.app), method, path, { body, headers })
    expect(answer.headers['cache-control']).toBe('no-store')
    return JSON.stringify(answer.headers) + answer.text
  }
})

it.each(['ES256', 'EdDSA', 'RS256'])(
  'finds the private half of a generated %s key in one answer, and then nowhere',
  async (alg) => {
    const secrets = new Secrets()
    const held: string[] = []
    const generated = await ask('POST', '/projects/shop/keys/generate', { alg })
    const rotated = await ask('POST', '/projects/shop/keys/rotate', {}, 'monday')
    for (const answer of [generated, rotated]) {
      const pem = /-----BEGIN PRIVATE KEY-----[^"]+/.exec(answer)?.[0].replaceAll('\\n', '\n') ?? ''
      const key = createPrivateKey(pem)
      secrets.addPrivateMembers(key)
      held.push(key.export({ format: 'pem', type: 'pkcs8' }) as string)
    }
    // The control: it is in those answers, and what is looked for would be found.
    expect(generated.replaceAll('\\n', '\n')).toContain(held[0]?.trim())
    expect(
      secrets.findIn(JSON.stringify(createPrivateKey(held[0] ?? '').export({ format: 'jwk' }))),
    ).toBeDefined()

    const texts = [
      await ask('POST', '/projects/shop/keys/rotate', {}, 'monday'),
      await ask('GET', '/projects'),
      await ask('GET', '/projects/shop'),
      await ask('GET', '/projects/shop/keys'),
      await ask('GET', '/audit'),
      await ask('POST', '/projects/shop/keys/generate', { alg: 'none' }),
      printed(platform.store),
      printed(errors),
    ]
    for (const text of texts) expect(secrets.findIn(text.replaceAll('\\n', '\n'))).toBeUndefined()
    expect(texts.join('')).not.toContain('PRIVATE KEY')
    expect(texts[0]).toContain('"repeated":true')
  },
)

it.each(['ES256', 'EdDSA', 'RS256'])(
  'does not get back the private %s key that somebody registers by mistake',
  async (alg) => {
    const { privateKey } = makeKeyPair(alg)
    const secrets = new Secrets()
    secrets.addPrivateKey(privateKey)
    const jwk = privateKey.export({ format: 'jwk' })
    const texts = Array.from(formsOf(privateKey).values()).filter((form) => typeof form === 'string')
    for (const body of [jwk, ...texts].flatMap((form) => [
      { jwk: form },
      { pem: form },
      { publicKey: form },
    ])) {
      const answer = await ask('POST', '/projects/shop/keys/register', body)
      expect(answer).toContain('"code":"request_invalid"')
      // Whoever sent it must hear that it has to be replaced.
      if (!('publicKey' in body)) expect(answer).toContain('this is a private key')
      expect(secrets.findIn(answer.replaceAll('\\n', '\n'))).toBeUndefined()
    }
    const kid = JSON.stringify(privateKey.export({ format: 'jwk' })).slice(0, 200)
    const named = await ask('POST', '/projects/shop/keys/confirm', { kid: 'k', proof: kid })
    expect(secrets.findIn(named)).toBeUndefined()
    expect(secrets.findIn(printed(platform.store) + (await ask('GET', '/audit')))).toBeUndefined()
  },
)
