import { accepts, refuses, type GroupDefinition } from '../definition.js'
import { otherP256, publicHalfOf } from '../published-keys.js'
import { now, otherP256Thumbprint } from '../projects.js'

const withHeader = (name: string, value: unknown) => ({ header: { [name]: value } })
const malformed = (name: string, value: unknown) =>
  refuses('token_malformed', `${name}: ${JSON.stringify(value).slice(0, 40)}`, withHeader(name, value))

export const headerParameters: GroupDefinition = {
  name: 'header-parameters',
  about:
    'What would change how the token is read, or names a key or an address that the token chose for itself, is refused whatever its value. Nothing is ever fetched. Others are ignored.',
  tests: [
    malformed('crit', ['exp']),
    malformed('b64', false),
    malformed('zip', 'DEF'),
    malformed('cty', 'JWT'),
    refuses('token_malformed', 'jwk: the key that signed it', {
      signedWith: otherP256,
      header: { jwk: publicHalfOf(otherP256) },
    }),
    malformed('jku', 'https://attacker.example/keys'),
    malformed('x5c', []),
    accepts('others: x5t, iat and one of our own', { header: { x5t: 'AA', iat: 1, note: { a: [1] } } }),
  ],
}

const typ = (value: unknown) => ({ header: { typ: value } })

export const types: GroupDefinition = {
  name: 'types',
  about:
    'typ is project-auth+jwt, JWT or absent; in any case, with or without application/. Other kinds of JWT are refused.',
  tests: [
    accepts('no typ', typ(undefined)),
    ...['JWT', 'application/jwt', 'Project-Auth+JWT', 'application/project-auth+jwt'].map((value) =>
      accepts(value, typ(value)),
    ),
    ...['at+jwt', 'project-key-proof+jwt', 'project-auth+jwt ', 'application/application/jwt'].map((value) =>
      refuses('token_type_not_allowed', JSON.stringify(value), typ(value)),
    ),
    refuses('token_type_not_allowed', 'a list', typ(['JWT'])),
  ],
}

export const requiredType: GroupDefinition = {
  name: 'required-type',
  about: 'A platform that takes nothing but our typ.',
  verifier: { typ: 'project-auth+jwt' },
  tests: [
    accepts('project-auth+jwt'),
    refuses('token_type_not_allowed', 'JWT', typ('JWT')),
    refuses('token_type_not_allowed', 'no typ', typ(undefined)),
  ],
}

const kid = (value: unknown) => ({ header: { kid: value } })

export const kids: GroupDefinition = {
  name: 'kids',
  about:
    'A kid is 1 to 256 characters, counted in UTF-16 code units. It names a key of the project that the token names, and nothing else: no file, no address, no query.',
  tests: [
    accepts('the thumbprint of the key (RFC 7638)', { project: 'rival', key: otherP256Thumbprint }),
    refuses('token_malformed', 'no kid', kid(undefined)),
    refuses('token_malformed', 'an empty kid', kid('')),
    refuses('token_malformed', '257 characters', kid('k'.repeat(257))),
    refuses('token_malformed', 'half of a surrogate pair', kid('\ud83d')),
    refuses('token_not_verified', '256 characters that name no key', kid('k'.repeat(256))),
    refuses('token_not_verified', 'a NUL behind it', kid('es256\0')),
    refuses('token_not_verified', 'a path', kid('../../../../dev/null')),
    refuses('token_not_verified', 'the thumbprint of a key of another project', {
      signedWith: otherP256,
      ...kid(otherP256Thumbprint),
    }),
  ],
}

const dated = (key: string, moment: number) => ({
  key,
  now: moment,
  claims: { iat: moment, exp: moment + 100 },
})

export const keyTimes: GroupDefinition = {
  name: 'key-times',
  about:
    'A key is not used from revokedAt on, nor from notAfter on, nor before notBefore. No tolerance: the verifier knows its own clock. All are the same answer, because it would show anyone what is stored.',
  tests: [
    accepts('a second before revokedAt', dated('gone', now - 1)),
    refuses('token_not_verified', 'at revokedAt', dated('gone', now)),
    accepts('a second before notAfter', dated('old', now - 1)),
    refuses('token_not_verified', 'at notAfter', dated('old', now)),
    refuses('token_not_verified', 'a second before notBefore', dated('new', now - 1)),
    accepts('at notBefore', dated('new', now)),
  ],
}
