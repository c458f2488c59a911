import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { RequestOptions } from 'node:http'
import { hostileShapes, plainValue } from '../../spec/helpers/hostile-json.js'
import { makeKeyPair } from '../../spec/helpers/keys.js'
import { encode, mint, type Override } from '../../spec/helpers/mint.js'
import { bearer } from './requests.js'

/** What the attacker knows, and has. */
export interface AttackerData {
  readonly audience: string
  /** A project of others, whose names are public. */
  readonly victim: { readonly projectId: string; readonly kid: string }
  /** A project of the attacker's own, or a key that was stolen and is revoked by now. PKCS#8 PEM. */
  readonly own: { readonly projectId: string; readonly kid: string; readonly privateKey: string }
  readonly revoked: { readonly projectId: string; readonly kid: string; readonly privateKey: string }
}

export interface Attack {
  readonly options: RequestOptions
  readonly body?: string
  /** An honest token of the attacker's own project, which passes once. Nothing else may. */
  readonly passes?: true
}

const unregisteredKey = makeKeyPair('ES256').privateKey
const shapes = [...Object.values(hostileShapes), plainValue]
const signature = encode(Buffer.alloc(64, 7))

/** One attack a number, each kind in its turn. */
export function attacksWith(data: AttackerData): (number: number) => Attack {
  const ownKey = createPrivateKey(data.own.privateKey)
  const revokedKey = createPrivateKey(data.revoked.privateKey)
  let used = ''

  const token = (projectId: string, kid: string, privateKey: KeyObject, override: Override = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const times = { iat: now, exp: now + 120, jti: crypto.randomUUID() }
    const names = { iss: projectId, sub: projectId, proj_id: projectId, aud: data.audience }
    return mint({
      ...override,
      privateKey,
      header: { kid, ...override.header },
      claims: { ...names, ...times, ...override.claims },
    })
  }
  const ofVictim = (override?: Override) =>
    token(data.victim.projectId, data.victim.kid, unregisteredKey, override)
  let hostileCount = 0
  /** Of each shape at each place in each length, one after the other. */
  const hostile = (number: number) => {
    const round = Math.floor((hostileCount += 1) / shapes.length)
    const shape = shapes[hostileCount % shapes.length] ?? plainValue
    const value = shape(round % 4 < 2 ? 2_600 : 8_000, number)
    const inHeader = round % 2 === 0
    const header = `{"alg":"ES256","kid":"k${number}"${inHeader ? `,"a":${value}` : ''}}`
    const claims = inHeader ? '{"a":1}' : `{"iss":"a","a":${value}}`
    return `${encode(header)}.${encode(claims)}.${signature}`
  }

  const kinds: readonly ((number: number) => Attack)[] = [
    (number) => get(hostile(number)),
    (number) => get(hostile(number)),
    (number) => get(hostile(number)),
    (number) => get(ofVictim({ header: { kid: `made-up-${number}` } })),
    (number) => get(token(`made-up-${number}`, 'key-1', unregisteredKey)),
    () => get(ofVictim()),
    () => get(token(data.revoked.projectId, data.revoked.kid, revokedKey)),
    () => ({ ...get((used = token(data.own.projectId, data.own.kid, ownKey))), passes: true }),
    () => get(used),
    () => get(ofVictim({ header: { alg: 'none' } })),
    () => get(ofVictim({ claims: { exp: 1_000 } })),
    () => get(ofVictim({ claims: { aud: 'https://other.example' } })),
    () => get('a'.repeat(12_000)),
    () => get('.'.repeat(4_000)),
    () => ({ options: { headers: { authorization: 'Bearer' } } }),
    () => ({ options: { path: '/portal?access_token=a' } }),
    () => ({ options: { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } } }),
    (number) => post('/portal', 'application/x-www-form-urlencoded', `access_token=${hostile(number)}`),
    (number) => post('/admin/projects', 'application/json', `{"a":${plainValue(50_000, number)}}`),
    (number) =>
      post(
        '/admin/projects',
        'application/json',
        `{"a":${(shapes[number % 19] ?? plainValue)(60_000, number)}}`,
      ),
  ]
  return (number) => (kinds[number % kinds.length] as (number: number) => Attack)(number)
}

const get = (token: string): Attack => ({ options: { headers: bearer(token) } })
const post = (path: string, type: string, body: string): Attack => ({
  options: { method: 'POST', path, headers: { 'content-type': type } },
  body,
})
