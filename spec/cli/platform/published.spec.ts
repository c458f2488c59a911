import { describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import { keyPair } from '../../helpers/keys.js'
import { consult, keyFile, lineOf, steady, temporaryFiles, type Consultation } from '../consult.js'
import { changing, changingJson, openPlatforms, pageOrigin, type Difference } from './platforms.js'

const platforms = openPlatforms()
const file = temporaryFiles()
const key = file('key.json', keyFile())

const metadataPath = '/.well-known/oauth-authorization-server'
const jwksPath = '/.well-known/jwks.json'

function ask(difference: Difference, path = ''): Promise<Consultation> {
  return consult(['--url', `${platforms.platform(difference)}${path}`, '--key', key, '--origin', pageOrigin])
}

describe('metadata', () => {
  const ofMetadata = (change: (metadata: Record<string, unknown>) => object) =>
    ask({ before: changingJson(metadataPath, change) })

  it.each<[string, (metadata: Record<string, unknown>) => object, string]>([
    [
      'another issuer',
      (metadata) => ({ ...metadata, issuer: 'https://other.example' }),
      `\
FAIL  metadata        the platform calls itself "https://other.example" there, which is not the address that was asked
      fix: Give that address as --url if it is the right one. Else the platform must set its issuer`,
    ],
    [
      'an issuer with a slash at its end',
      (metadata) => ({ ...metadata, issuer: `${String(metadata.issuer)}/` }),
      `\
FAIL  metadata        the platform calls itself "http://localhost:PORT/" there, which is not the address that was asked
      fix: Give that address as --url if it is the right one. Else the platform must set its issuer`,
    ],
    [
      'no issuer',
      (metadata) => ({ ...metadata, issuer: 7 }),
      `\
FAIL  metadata        the platform calls itself not a text there, which is not the address that was asked
      fix: Give that address as --url if it is the right one. Else the platform must set its issuer`,
    ],
    [
      'a token endpoint on another origin',
      (metadata) => ({ ...metadata, token_endpoint: 'https://evil.example/oauth/token' }),
      `\
FAIL  metadata        its token_endpoint is missing, or on another origin than the platform: no token is sent there
      fix: The platform must name a token_endpoint of its own origin`,
    ],
    [
      'a token endpoint with a user',
      (metadata) => ({
        ...metadata,
        token_endpoint: String(metadata.token_endpoint).replace('//', '//a@'),
      }),
      `\
FAIL  metadata        its token_endpoint is missing, or on another origin than the platform: no token is sent there
      fix: The platform must name a token_endpoint of its own origin`,
    ],
    [
      'no key set',
      (metadata) => ({ ...metadata, jwks_uri: undefined }),
      `\
FAIL  metadata        its jwks_uri is missing, or on another origin than the platform: whoever is there could sign sessions
      fix: The platform must name a jwks_uri of its own origin`,
    ],
    [
      'a key set on another origin',
      (metadata) => ({ ...metadata, jwks_uri: 'https://evil.example/jwks.json' }),
      `\
FAIL  metadata        its jwks_uri is missing, or on another origin than the platform: whoever is there could sign sessions
      fix: The platform must name a jwks_uri of its own origin`,
    ],
  ])('fail with %s, and no token is sent', async (_, change, line) => {
    const sum = await ofMetadata(change)
    expect(lineOf('metadata', sum)).toBe(line)
    expect(lineOf('jwks', sum)).toBe('skip  jwks            the metadata must be right first')
    expect(lineOf('key', sum)).toBe('skip  key             the metadata must be right first')
    expect(lineOf('origin', sum)).toBe('skip  origin          the metadata must be right first')
    expect(sum.exitCode).toBe(1)
  })

  it('name no place to end sessions but the platform itself', async () => {
    const revocation_endpoint = 'http://localhost:1/revoke'
    const sum = await ofMetadata((metadata) => ({ ...metadata, revocation_endpoint }))
    expect(lineOf('key', sum)).toContain('one token became a session, which nobody has kept')
  })

  it('are of no use where they are of an OAuth server of another kind', async () => {
    const sum = await ofMetadata((metadata) => ({ ...metadata, grant_types_supported: undefined }))
    expect(lineOf('metadata', sum)).toBe(
      'skip  metadata        they are of an OAuth server that takes no project tokens, so there are no sessions',
    )
    // The key could not be tried.
    expect(sum.exitCode).toBe(3)
  })

  it('are those of the root where the path of a route answers something else', async () => {
    const before: RequestHandler = (req, res, next) => {
      if (req.path === `${metadataPath}/embed/portal`) res.type('json').send('{')
      else next()
    }
    expect(lineOf('metadata', await ask({ before }, '/embed/portal'))).toMatch(/^ok /)
  })

  it('fail where the platform stops answering', async () => {
    const before: RequestHandler = (req, res, next) => {
      if (req.path === metadataPath) res.destroy()
      else next()
    }
    const sum = await ask({ before }, '/embed/portal')
    expect(lineOf('metadata', sum)).toContain(
      'FAIL  metadata        http://localhost:PORT: the connection was closed before an answer came',
    )
    expect(lineOf('refusal', sum)).toMatch(/^ok /)
    expect(sum.exitCode).toBe(1)
  })

  it('are none where every address is a page', async () => {
    const page = changing('GET', metadataPath, (told) => {
      told.headers['content-type'] = 'text/html'
      told.body = '<!doctype html>'
    })
    expect(lineOf('metadata', await ask({ before: page }))).toBe(
      'skip  metadata        none: the platform has no sessions, which is fine',
    )
  })

  it('are none where every address answers some JSON', async () => {
    const sum = await ofMetadata(() => ({ error: 'not found' }))
    expect(lineOf('metadata', sum)).toMatch(/^skip /)
  })

  it('fail where there is JSON that cannot be read', async () => {
    const cut = changing('GET', metadataPath, (told) => {
      told.body = told.body.slice(0, -1)
    })
    expect(lineOf('metadata', await ask({ before: cut }))).toBe(`\
FAIL  metadata        there is JSON that cannot be read
      fix: The platform must answer with one JSON object, not compressed and not long`)
  })

  it('fail where the platform fails', async () => {
    const failed = changing('GET', metadataPath, (told) => {
      told.status = 503
    })
    const sum = await ask({ before: failed })
    expect(lineOf('metadata', sum)).toBe(`\
FAIL  metadata        the platform answers 503 where its metadata would be
      fix: Try again. If it stays so, tell the platform`)
    expect(sum.exitCode).toBe(1)
  })
})

describe('jwks', () => {
  const jwk = { ...keyPair('RS256').publicJwk, kid: 'platform-1', alg: 'RS256', use: 'sig' }
  const other = { ...keyPair('ES256').publicJwk, kid: 'platform-2', alg: 'ES256', use: 'sig' }
  const withKeys = (keys: unknown) => ask({ before: changingJson(jwksPath, () => ({ keys })) })
  const withAge = (age: string | undefined) =>
    ask({
      before: changing('GET', jwksPath, (told) => {
        told.headers['cache-control'] = age
      }),
    })

  it('is good with several keys', async () => {
    expect(lineOf('jwks', await withKeys([jwk, other]))).toBe(
      'ok    jwks            2 public keys, for sessions',
    )
  })

  it.each(['d', 'p', 'k'])('fails for a private key, by its member %s', async (member) => {
    const exposed = { ...other, [member]: keyPair('ES256').privateKey.export({ format: 'jwk' }).d }
    const sum = await withKeys([jwk, exposed])
    expect(lineOf('jwks', sum)).toBe(`\
FAIL  jwks            the platform publishes a PRIVATE key in its key set
      fix: The platform must take it out at once, and never use it again: whoever has read it can sign sessions`)
    expect(sum.exitCode).toBe(1)
  })

  it('fails for two keys of one kid', async () => {
    expect(lineOf('jwks', await withKeys([jwk, { ...other, kid: jwk.kid }]))).toBe(`\
FAIL  jwks            two keys in the key set of the platform have one kid
      fix: The platform must give each key a kid of its own: services take neither of the two`)
  })

  it.each([
    ['no keys', []],
    ['keys without a kid', [{ ...jwk, kid: undefined }]],
    ['rubbish', [7, null, {}]],
  ])('fails for %s', async (_, keys) => {
    expect(lineOf('jwks', await withKeys(keys))).toContain(
      'FAIL  jwks            no key in the key set of the platform can be used\n      fix: ',
    )
  })

  it.each([['a text'], [undefined]])('fails for %s in the place of keys', async (keys) => {
    expect(lineOf('jwks', await withKeys(keys))).toContain(
      'FAIL  jwks            the key set of the platform cannot be read\n      fix: ',
    )
  })

  it('fails where it is not there', async () => {
    const gone = changing('GET', jwksPath, (told) => {
      told.status = 404
    })
    expect(lineOf('jwks', await ask({ before: gone }))).toContain(
      'FAIL  jwks            the key set of the platform answers 404\n      fix: ',
    )
  })

  it('warns of a key that cannot be used', async () => {
    expect(lineOf('jwks', await withKeys([jwk, { ...other, use: 'enc' }]))).toBe(`\
warn  jwks            1 of 2 keys in the key set of the platform cannot be used
      fix: The platform should publish the keys alone that it signs sessions with`)
  })

  it.each([undefined, 'public', 'no-max-age=5', 's-max-age=300'])(
    'warns of Cache-Control: %s, which does not say for how long',
    async (age) => {
      const sum = await withAge(age)
      expect(lineOf('jwks', sum)).toBe(`\
warn  jwks            the key set of the platform does not say for how long it is good
      fix: The platform should send Cache-Control: public, max-age=300 with its keys`)
      expect(sum.exitCode).toBe(0)
      expect(steady(sum.out)).toContain('0 FAIL, 1 warn, ')
    },
  )

  it('warns of more than an hour', async () => {
    expect(lineOf('jwks', await withAge('max-age=3600'))).toMatch(/^ok /)
    expect(lineOf('jwks', await withAge('public,max-age=3601'))).toBe(`\
warn  jwks            the key set of the platform may be kept for more than an hour, also when a key has leaked
      fix: The platform should send Cache-Control: public, max-age=300 with its keys`)
  })
})
