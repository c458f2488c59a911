import { pythonLiteral as literal } from './literals.js'

export const python = {
  name: 'Python',
  file: 'project_token.py',
  textFor: ({
    projectId,
    issuer,
    audience,
    kid,
    alg,
    scope,
  }) => `"""Prints one token. pip install "pyjwt[crypto]", then: python3 project_token.py"""
import os, time, uuid

import jwt

PROJECT_ID = ${literal(projectId)}
ISSUER = ${issuer === projectId ? 'PROJECT_ID' : literal(issuer)}
AUDIENCE = ${literal(audience)}
KID = ${literal(kid)}
KEY_FILE = os.environ.get("PROJECT_KEY_FILE", "project-key.pem")  # not in the repository, not where the web server finds it
${scope === '' ? '' : `SCOPE = ${literal(scope)}  # all that the project may have: name fewer where fewer do\n`}
with open(KEY_FILE) as file:
    PRIVATE_KEY = file.read()


def project_token(origin=None):
    """A new token, good for one request; for pages of this origin alone, if there is one."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": PROJECT_ID, "aud": AUDIENCE, "proj_id": PROJECT_ID,
              "jti": str(uuid.uuid4()), "iat": now, "exp": now + 120${scope === '' ? '' : ', "scope": SCOPE'}}
    if origin not in (None, "null"):
        claims["origin"] = origin
    return jwt.encode(claims, PRIVATE_KEY, algorithm=${literal(alg)}, headers={"kid": KID, "typ": "project-auth+jwt"})


if __name__ == "__main__":
    print(project_token())
`,
}
