import { describe, expect, it } from '@jest/globals'
import { loadKey, type LoadedKey } from '../../lib/cli/platform/key-file.js'
import { checkKey } from '../../lib/cli/platform/key.js'
import type { Site } from '../../lib/cli/platform/site.js'
import { skip } from '../../lib/cli/platform/verdict.js'
import { keyFile } from '../cli/consult.js'

/* Whoever has you examine an address of mine with your key gets a token that is good at your platform, where nobody has used it up. */

const answer = { status: 401, headers: {}, body: undefined, askedAt: 0, answeredAt: 0 }

function siteAt(url: string, hasSessions: boolean): Site {
  const { origin } = new URL(url)
  const metadata = {
    issuer: origin,
    tokenEndpoint: new URL('/token', origin),
    jwksUri: new URL('/jwks', origin),
    revocationEndpoint: undefined,
    hasDpop: false,
  }
  return {
    metadata: hasSessions ? metadata : undefined,
    route: { address: new URL(url), bare: answer },
    outcomes: [],
    noMetadata: skip('none'),
    isMisled: false,
    closed: undefined,
  }
}

function loaded(audience: string, confirmed?: string): LoadedKey {
  const content = Buffer.from(keyFile({ audience }))
  return loadKey({ content, mode: undefined, projectId: undefined, audience: confirmed })
}

/** Whether a token is signed for an address; what is said where none is. */
async function outcome(key: LoadedKey, site: Site): Promise<string> {
  const signer = { sign: () => Promise.reject(new Error('signed')), ready: () => Promise.resolve() }
  return checkKey({ ...key, signer }, site, {}).then(
    ({ verdict }) => `${verdict.result} ${verdict.text}`,
    (error: unknown) => (error as Error).message,
  )
}

describe.each([true, false])('where a platform has sessions: %j', (hasSessions) => {
  it.each([
    ['https://platform.example', 'https://other.example/embed'],
    ['https://platform.example', 'https://notplatform.example/'],
    ['https://platform.example', 'https://platform.example.other.test/'],
    ['https://a.hosting.example', 'https://b.hosting.example/'],
    ['http://platform.example/x', 'https://192.0.2.1/'],
  ])('no token for %s goes to %s', async (audience, url) => {
    expect(await outcome(loaded(audience), siteAt(url, hasSessions))).toBe(
      'FAIL the audience of the key file is the address of another host, so no token is sent to this one',
    )
    // The control: who says so means it.
    expect(await outcome(loaded(audience, audience), siteAt(url, hasSessions))).toBe('signed')
  })

  it.each([
    ['https://platform.example', 'https://platform.example/embed'],
    ['https://platform.example', 'https://PLATFORM.example:8443/'],
    ['https://platform.example', 'https://eu.platform.example/'],
    ['https://api.platform.example/v1', 'https://platform.example/'],
    ['https://platform.example', 'http://localhost:4001/'],
    ['https://platform.example', 'http://127.0.0.1:4001/'],
    ['platform', 'https://platform.example/'],
    ['urn:platform:eu', 'https://platform.example/'],
  ])('a token for %s goes to %s', async (audience, url) => {
    expect(await outcome(loaded(audience), siteAt(url, hasSessions))).toBe('signed')
  })
})
