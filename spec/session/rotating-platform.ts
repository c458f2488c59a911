import type { Express } from 'express'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Server } from 'node:http'
import { createSessionVerifier, type SigningKeyInput } from '../../lib/session/index.js'
import { makeKeyPair } from '../helpers/keys.js'
import { exchange, issuerName, issuing, mint, mintSession, now } from './platform.js'

/** Seconds. */
export const lifetime = 600
export const twoHours = 7_200

const oldKey = { privateKey: makeKeyPair('ES256').privateKey, kid: 'old' }
const newKey = { privateKey: makeKeyPair('ES256').privateKey, kid: 'new' }

/** When the keys of the platform change, in seconds of the test. */
export interface Timetable {
  readonly publish: number
  readonly change: number
  readonly drop: number
}

/** What the secret store has at that time. */
function keysAt(time: number, { publish, change, drop }: Timetable): readonly SigningKeyInput[] {
  if (time < publish) return [oldKey]
  if (time < change) return [oldKey, { ...newKey, state: 'next' }]
  if (time < drop) return [{ ...oldKey, state: 'previous' }, newKey]
  return [newKey]
}

/** Verifies a session. Rejects when it refuses. */
export type Reader = (token: string) => Promise<unknown>

/** Two processes of a platform by one secret store, and a clock that all share. */
export class RotatingPlatform {
  readonly clock = { now }
  readonly apps: readonly Express[]
  private readonly pass: (seconds: number) => void

  /** `pass` moves the monotonic clock. */
  constructor(timetable: Timetable, pass: (seconds: number) => void) {
    this.pass = pass
    const clock = () => this.clock.now
    const signingKeys = () => keysAt(this.time, timetable)
    this.apps = [1, 2].map(() => issuing({ signingKeys, lifetime, clock }, { clock }).app)
  }

  get time(): number {
    return this.clock.now - now
  }

  set time(time: number) {
    this.pass(time - this.time)
    this.clock.now = now + time
  }

  /** What a page gets. */
  async newSession(server: Server): Promise<string> {
    const claims = { iat: this.clock.now, exp: this.clock.now + 120 }
    const { status, body } = await exchange(server, mint({ claims }))
    if (status !== 200) throw new Error(`at ${this.time} s the exchange was answered ${status}`)
    return body.access_token as string
  }

  /** What a thief of the old key makes. */
  stolenSession(): string {
    const claims = { iat: this.clock.now, exp: this.clock.now + lifetime }
    return mintSession({ alg: 'ES256', privateKey: oldKey.privateKey, header: { kid: oldKey.kid }, claims })
  }

  /** A service that uses this package. */
  verifier(jwksUri: string): Reader {
    const clock = () => this.clock.now
    const sessions = createSessionVerifier({ issuer: issuerName, keys: { jwksUri }, clock })
    return (token) => sessions.verify(token)
  }

  /** A service that reads the keys every two hours, and never sooner for a kid that it does not know. */
  twoHourReader(jwksUri: string): Reader {
    let read: { readonly at: number; readonly keys: ReturnType<typeof createLocalJWKSet> } | undefined
    return async (token) => {
      if (read === undefined || this.time - read.at >= twoHours) {
        const jwks = (await (await fetch(jwksUri)).json()) as JSONWebKeySet
        read = { at: this.time, keys: createLocalJWKSet(jwks) }
      }
      await jwtVerify(token, read.keys, {
        typ: 'at+jwt',
        issuer: issuerName,
        audience: issuerName,
        currentDate: new Date(this.clock.now * 1000),
      })
    }
  }
}
