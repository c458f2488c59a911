/** Where the customer publishes its keys: a server of its own, and on it a JWK Set, which is a file that one can edit. */
import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { basename, dirname, join } from 'node:path'
import express from 'express'
import { calculateJwkThumbprint } from 'jose'
import { listen, portOf } from './listen.js'

/** In no DNS: it leads nowhere but in this demo. */
export const keyHostName = 'keys.demo-shop.example'

export interface KeyHost {
  readonly port: number
  /** PEM. Nobody but this demo trusts it. */
  readonly certificate: string
}

export interface StartedKeyHost extends KeyHost {
  readonly jwksUri: string
  /** What is published. */
  readonly file: string
}

const certificateDays = 30
const dayMs = 86_400_000

export async function startKeyHost(
  port: number,
  dataFolder: string,
  privateKey: string,
): Promise<StartedKeyHost> {
  const { key, certificate } = await newCertificate()
  const server = await listen('KEYS_PORT', port, createServer({ key, cert: certificate }))
  const file = join(dataFolder, 'customer', 'jwks.json')
  await publishOnce(file, privateKey)
  const app = express()
  app.disable('x-powered-by')
  app.get('/jwks.json', (_req, res) => {
    // So that a platform sees changes after a minute, not after five.
    res.sendFile(basename(file), {
      // Beneath it nothing is hidden, whatever the folders above it are called.
      root: dirname(file),
      cacheControl: false,
      headers: { 'Cache-Control': 'max-age=60' },
    })
  })
  server.on('request', app)
  const jwksUri = `https://${keyHostName}:${portOf(server)}/jwks.json`
  return { port: portOf(server), certificate, jwksUri, file }
}

/** The customer's key alone, until somebody edits the file. */
async function publishOnce(file: string, privateKey: string): Promise<void> {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint(jwk)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${JSON.stringify({ keys: [{ kid, use: 'sig', ...jwk }] }, null, 2)}\n`, {
      flag: 'wx',
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function newCertificate(): Promise<{ key: string; certificate: string }> {
  // Loaded only by who uses it.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: keyHostName }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + certificateDays * dayMs),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: keyHostName }] }],
  })
  return { key: made.private, certificate: made.cert }
}
