/**
 * What an example leaves out because the reader has it: names that stand for something of their own. An example that defines
 * one of them itself uses its own.
 */
import type { Express, RequestHandler } from 'express'
import type { HostedKeySetSource, KeyStore, ProjectKey, ReplayStore, Verifier } from 'reverse-jwt'
import type { TokenDecision, KeyChallenge, PrivateKeyInput, Signer } from 'reverse-jwt/customer'
import type {
  AllowedOrigins,
  PostgresProjectStore,
  Registry,
  RegistryDatabase,
  RegistryRevocations,
} from 'reverse-jwt/registry'
import type { SessionIssuer, SessionVerifier } from 'reverse-jwt/session'

interface KeyRow {
  origins: string[]
  scopes: string[]
  suspended: boolean
  jwk: object
  not_after: Date | null
  revoked_at: Date | null
}

declare global {
  // Both sides
  const audience: string
  const error: unknown

  // The platform
  const app: Express
  const handler: RequestHandler
  const verifier: Verifier
  const keyStore: KeyStore
  const databaseKeyStore: KeyStore & HostedKeySetSource
  const replayStore: ReplayStore
  const allowedOrigins: string[]
  const shopPublicPem: string
  const oldPublicPem: string
  const newPublicPem: string
  const pem: string
  const token: string
  const request: import('node:http').IncomingMessage
  const server: import('node:http').Server
  const winston: { log(entry: object): unknown }
  const auditLog: { write(event: object): Promise<void> }
  const database: {
    find(projectId: string, kid: string): Promise<ProjectKey | undefined>
    findKey(projectId: string, kid: string): Promise<KeyRow | undefined>
  }
  const replayRows: { insert(projectId: string, jti: string, expiresAt: number): Promise<number> }
  const db: RegistryDatabase
  const store: PostgresProjectStore
  const registry: Registry
  const origins: AllowedOrigins
  const issuer: SessionIssuer
  const sessions: SessionVerifier
  const revocations: RegistryRevocations
  const onlyOurServices: RequestHandler
  const kmsPublicJwk: import('node:crypto').JsonWebKey
  const sessionKeyUs: import('node:crypto').JsonWebKey
  const by: string
  const kid: string
  const jwk: object
  const proof: string
  function operatorOf(authorization: string | undefined): Promise<{ email: string } | undefined>
  function tenantOf(
    authorization: string | undefined,
  ): Promise<{ email: string; projectId: string } | undefined>
  function loginOf(cookie: string | undefined): { email: string } | undefined
  function kidOf(token: string): string
  function publicKeyFor(kid: string | undefined): string

  // The customer's backend
  const signer: Signer
  const privateKey: PrivateKeyInput
  const challenge: KeyChallenge
  const requireLogin: RequestHandler
  const kms: { sign(data: Uint8Array): Promise<Uint8Array> }
  const authorize: () => { subject: string }
  const cookie: string
  const redis: import('ioredis').Redis
  const outletSigner: Signer
  function grantFor(cookie: string | null): Promise<TokenDecision>

  // The customer's page
  const platform: string
  const url: string
  function call(path: string): Promise<Response>
  function exchange(): Promise<string>
  function showMessage(text: string | undefined): void
}

export {}
