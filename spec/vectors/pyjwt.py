"""pyjwt.py VECTORS.json TOKENS.json: what PyJWT makes of the vectors, as JSON. One process, because its start is slow."""

import json
import sys

import jwt
from jwt.algorithms import get_default_algorithms

vectors = json.load(open(sys.argv[1], encoding="utf-8"))
tokens = json.load(open(sys.argv[2], encoding="utf-8"))
algorithms = get_default_algorithms()


def private_key(vector):
    return algorithms[vector["alg"]].from_jwk(json.dumps(vectors["privateKeys"][vector["key"]]["jwk"]))


def project_token(vector):
    given = vector["given"]
    project = given["projectId"]
    claims = {
        **given.get("extra", {}),
        "iss": given.get("issuer", project),
        "sub": project,
        "aud": given["audience"],
        "proj_id": project,
        "jti": given["jti"],
        "iat": vectors["now"],
        "exp": vectors["now"] + given["expiresIn"],
    }
    headers = {"kid": given.get("kid", vector["header"]["kid"]), "typ": "project-auth+jwt"}
    return jwt.encode(claims, private_key(vector), algorithm=vector["alg"], headers=headers)


def proof(vector):
    challenge = vector["challenge"]
    claims = {name: challenge[name] for name in ("aud", "proj_id", "nonce", "exp")}
    headers = {"kid": challenge["kid"], "typ": "project-key-proof+jwt"}
    return jwt.encode(claims, private_key(vector), algorithm=vector["alg"], headers=headers)


def verified(token, vector):
    """The claims set, or what PyJWT minds. Its clock is the system's, so it does not look at the times."""
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    key = private_key(vector).public_key()
    try:
        audience = vector["given"]["audience"]
        return jwt.decode(token, key, algorithms=[vector["alg"]], audience=audience, options=options)
    except jwt.InvalidTokenError as error:
        return type(error).__name__


signing = {vector["id"]: vector for vector in vectors["signing"]}
json.dump(
    {
        "signing": {id: project_token(vector) for id, vector in signing.items()},
        "proofs": {vector["id"]: proof(vector) for vector in vectors["proofs"]},
        "verified": [verified(token, signing[id]) for id, token in tokens],
    },
    sys.stdout,
)
