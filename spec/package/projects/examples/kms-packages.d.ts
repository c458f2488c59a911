/** What docs/kms.md uses of the packages of the services, with their own types for it. They are large, and no test here installs them. */

declare module '@aws-sdk/client-kms' {
  interface GetPublicKey {
    KeyId: string | undefined
  }
  interface Sign extends GetPublicKey {
    Message: Uint8Array | undefined
    MessageType?: 'RAW' | 'DIGEST' | undefined
    SigningAlgorithm:
      'ECDSA_SHA_256' | 'RSASSA_PKCS1_V1_5_SHA_256' | 'RSASSA_PSS_SHA_256' | 'ED25519_SHA_512' | undefined
  }
  export class GetPublicKeyCommand {
    constructor(input: GetPublicKey)
    private readonly getPublicKey: undefined
  }
  export class SignCommand {
    constructor(input: Sign)
    private readonly sign: undefined
  }
  export class KMSClient {
    constructor(configuration: { maxAttempts?: number })
    send(
      command: GetPublicKeyCommand,
      options: { abortSignal?: AbortSignal },
    ): Promise<{ PublicKey?: Uint8Array | undefined }>
    send(
      command: SignCommand,
      options: { abortSignal?: AbortSignal },
    ): Promise<{ Signature?: Uint8Array | undefined }>
  }
}

declare module '@google-cloud/kms' {
  interface CallOptions {
    timeout?: number
    retry?: object | null
  }
  interface AsymmetricSign {
    name?: string | null
    digest?: { sha256?: Uint8Array | string | null } | null
    data?: Uint8Array | string | null
  }
  export class KeyManagementServiceClient {
    getPublicKey(
      request: { name?: string | null },
      options?: CallOptions,
    ): Promise<
      [{ pem?: string | null; algorithm?: string | number | null }, object | undefined, object | undefined]
    >
    asymmetricSign(
      request: AsymmetricSign,
      options?: CallOptions,
    ): Promise<[{ signature?: Uint8Array | string | null }, object | undefined, object | undefined]>
  }
}

declare module '@azure/identity' {
  export class DefaultAzureCredential {
    getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>
  }
}

declare module '@azure/keyvault-keys' {
  import type { DefaultAzureCredential } from '@azure/identity'

  interface KeyVaultKey {
    key?: { kty?: string; crv?: string } & { [number in 'x' | 'y' | 'n' | 'e']?: Uint8Array }
  }
  export function parseKeyVaultKeyIdentifier(id: string): { vaultUrl: string; name: string; version?: string }
  export class KeyClient {
    constructor(vaultUrl: string, credential: DefaultAzureCredential)
    getKey(name: string, options?: { version?: string; abortSignal?: AbortSignal }): Promise<KeyVaultKey>
  }
  export class CryptographyClient {
    constructor(key: string | KeyVaultKey, credential: DefaultAzureCredential)
    signData(
      algorithm: string,
      data: Uint8Array,
      options?: { abortSignal?: AbortSignal },
    ): Promise<{ result: Uint8Array }>
  }
}
