import { accepts, refuses, type GroupDefinition } from '../definition.js'
import { audience } from '../projects.js'

const claim = (name: string, value: unknown) => ({ claims: { [name]: value } })
const missing = (name: string) => refuses('claim_missing', `no ${name}`, claim(name, undefined))
const invalid = (about: string, name: string, value: unknown) =>
  refuses('claim_invalid', about, claim(name, value))

export const identities: GroupDefinition = {
  name: 'identities',
  about:
    'iss, proj_id and jti are there. sub is the project again, or absent. iss is the issuer of the project, which is its id where nothing else was agreed.',
  tests: [
    missing('iss'),
    refuses('issuer_mismatch', 'iss is another', claim('iss', 'https://shop.example')),
    accepts('iss is the issuer that the project has', { project: 'tenant' }),
    refuses('issuer_mismatch', 'iss is the id of a project that has another issuer', {
      project: 'tenant',
      claims: { iss: 'tenant' },
    }),
    missing('proj_id'),
    refuses('token_not_verified', 'proj_id is not known', { claims: { proj_id: 'nobody' } }),
    refuses('token_not_verified', 'proj_id is a name that objects inherit', {
      claims: { proj_id: 'constructor' },
    }),
    accepts('sub is the project', claim('sub', 'shop')),

    invalid('sub is a user', 'sub', 'user-7'),
    invalid('sub is null', 'sub', null),
    refuses('project_suspended', 'a suspended project', { project: 'paused' }),
    refuses('token_not_verified', 'a suspended project, and a signature that is not right', {
      project: 'paused',
      signature: (right) => Buffer.alloc(right.length, 1),
    }),
  ],
}

export const jtis: GroupDefinition = {
  name: 'jtis',
  about:
    'A jti is 1 to 256 characters, counted in UTF-16 code units, not blank, well-formed Unicode, without control characters.',
  tests: [
    missing('jti'),
    invalid('empty', 'jti', ''),
    accepts('256 characters', claim('jti', 'j'.repeat(256))),
    invalid('257 characters', 'jti', 'j'.repeat(257)),
    accepts('128 characters of two code units each', claim('jti', '😀'.repeat(128))),
    invalid('129 characters of two code units each', 'jti', '😀'.repeat(129)),
    invalid('a space', 'jti', ' '),
    invalid('a NUL', 'jti', 'j\0'),
    invalid('a line end', 'jti', 'j\n'),
    invalid('a control character beyond ASCII', 'jti', 'j\u0085'),
    invalid('half of a surrogate pair', 'jti', 'j\ud83d'),
  ],
}

const audiences = (about: string, aud: unknown) => accepts(about, { claims: { aud } })
const otherAudience = (about: string, aud: unknown) =>
  refuses('audience_mismatch', about, { claims: { aud } })

export const audienceGroup: GroupDefinition = {
  name: 'audience',
  about:
    'One audience: a string, or a list with one string, equal to the name of the platform letter by letter. A token for two could be passed on by the other.',
  tests: [
    audiences('a list with one', [audience]),
    missing('aud'),
    otherAudience('a list with this platform and another', [audience, 'https://other.example']),
    otherAudience('a list with this platform twice', [audience, audience]),
    otherAudience('an empty list', []),
    otherAudience('another platform', 'https://other.example'),
    invalid('a number', 'aud', 1),
  ],
}

export const twoAudiences: GroupDefinition = {
  name: 'two-audiences',
  about: 'A platform with two names.',
  verifier: { audience: [audience, 'https://eu.platform.example'] },
  tests: [
    audiences('the second', 'https://eu.platform.example'),
    otherAudience('both', [audience, 'https://eu.platform.example']),
  ],
}

export const bindings: GroupDefinition = {
  name: 'bindings',
  about:
    'nonce and cnf bind a token to something that is not looked at here. To accept it would be to drop the binding.',
  tests: [
    invalid('nonce', 'nonce', 'n-1'),
    invalid('cnf', 'cnf', { jkt: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s' }),
  ],
}
