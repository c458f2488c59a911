"""Debian: apt-get install python3-jwt python3-cryptography; elsewhere: pip install "pyjwt[crypto]"."""
import json, os, time, uuid
from urllib.parse import urlsplit
from wsgiref.simple_server import make_server

import jwt

PROJECT_ID = "shop"
AUDIENCE = "https://platform.example"
KID = "key-1"
SCOPE = "portal:read"
PRIVATE_KEY = open("project-key.pem").read()


def current_user(environ):
    """YOUR decision: who is logged in, by your own session. Nobody, until you write it."""
    return None


def project_token(origin):
    now = int(time.time())
    claims = {"iss": PROJECT_ID, "sub": PROJECT_ID, "aud": AUDIENCE, "proj_id": PROJECT_ID,
              "jti": str(uuid.uuid4()), "iat": now, "exp": now + 120, "scope": SCOPE}
    if origin not in (None, "null"):
        claims["origin"] = origin
    return jwt.encode(claims, PRIVATE_KEY, algorithm="ES256", headers={"kid": KID, "typ": "project-auth+jwt"})


def is_own_page(environ):
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        return site == "same-origin"
    return origin is not None and urlsplit(origin).netloc == environ.get("HTTP_HOST")


def refusal(environ):
    """The first check that fails, as (status, code)."""
    if environ["REQUEST_METHOD"] != "POST":
        return "405 Method Not Allowed", "method_not_allowed"
    if not is_own_page(environ):
        return "403 Forbidden", "foreign_origin"
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != "application/json":
        return "415 Unsupported Media Type", "content_type_unsupported"
    if not current_user(environ):
        return "401 Unauthorized", "no_session"
    return None


def application(environ, start_response):
    refused = refusal(environ)
    status, body = ("200 OK", {"token": project_token(environ.get("HTTP_ORIGIN"))}) if refused is None else (
        refused[0], {"status": int(refused[0][:3]), "title": refused[0][4:], "code": refused[1], "retry": "no"})
    start_response(status, [
        ("Content-Type", "application/json" if refused is None else "application/problem+json"),
        ("Cache-Control", "no-store"), ("Cross-Origin-Resource-Policy", "same-origin"), ("Allow", "POST")])
    return [json.dumps(body).encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ.get("PORT", "4200")), application).serve_forever()
