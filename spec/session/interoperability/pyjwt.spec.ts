import { expect, it } from '@jest/globals'
import { output } from '../../package/command.js'
import { algorithms, livePlatform } from './live-platform.js'

/** What a service in Python does with a session. Prints whose each token is, or why it is refused. */
const service = `
import json, sys, jwt

def project_of(token, keys, issuer, alg):
    key = keys.get_signing_key_from_jwt(token).key
    # PyJWT looks at no typ by itself.
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not a session")
    required = {"require": ["iss", "aud", "sub", "client_id", "iat", "exp", "jti"]}
    return jwt.decode(token, key, algorithms=[alg], issuer=issuer, audience=issuer, options=required)["client_id"]

for platform in json.loads(sys.argv[1]):
    keys = jwt.PyJWKClient(platform["jwksUri"])
    for token in platform["tokens"]:
        try:
            print(project_of(token, keys, platform["issuer"], platform["alg"]))
        except jwt.PyJWTError as refusal:
            print(type(refusal).__name__)
`

// Debian's, which has python3-jwt: another may be the first of the path.
const python = '/usr/bin/python3'

const platforms = algorithms.map((alg) => ({ alg, live: livePlatform(alg) }))

it('PyJWT reads sessions of RS256 and ES256, and refuses wrong signatures and project tokens', async () => {
  const given = platforms.map(({ alg, live }) => {
    const { issuer, jwksUri, session, forged } = live
    return { alg, issuer, jwksUri, tokens: [session, forged, live.projectToken()] }
  })
  const printed = await output(python, ['-c', service, JSON.stringify(given)], '/')
  const outcomes = ['shop', 'InvalidSignatureError', 'PyJWKClientError']
  expect(printed.trim().split('\n')).toEqual([...outcomes, ...outcomes])
})
