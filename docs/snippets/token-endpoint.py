"""POST /token gives a page of yours one token. A WSGI app with PyJWT: pip install "pyjwt[crypto]"."""
import json, mimetypes, time, uuid
from pathlib import Path
from wsgiref.simple_server import make_server

import jwt

PROJECT_ID = "shop"
AUDIENCE = "https://platform.example"
KID = "key-1"
KEY_FILE = "project-key.pem"  # not in the repository, not where the web server finds it
SCOPE = "portal:read"

REFUSALS = {
    "method_not_allowed": (405, "Method not allowed", "A token is asked for with POST."),
    "foreign_origin": (403, "Foreign origin", "Only a page of this origin may ask for a token."),
    "content_type_unsupported": (415, "Content type not supported", "Send Content-Type: application/json."),
    "no_session": (401, "No session", "Log in, then ask again."),
}
PRIVATE_KEY = open(KEY_FILE).read()


def current_user(environ):
    """Your session check: the id of the user who asks. It lets in nobody until you write it."""
    return None


def refusal(environ):
    """The code of the first check that fails. No page can write these headers of the browser itself."""
    host, origin, site = (environ.get("HTTP_" + name) for name in ("HOST", "ORIGIN", "SEC_FETCH_SITE"))
    is_own_page = origin in (f"https://{host}", f"http://{host}") if site is None else site == "same-origin"
    if environ["REQUEST_METHOD"] != "POST":
        return "method_not_allowed"
    if not is_own_page:
        return "foreign_origin"
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != "application/json":
        return "content_type_unsupported"
    return None if current_user(environ) else "no_session"


def project_token(origin):
    now = int(time.time())
    claims = {"iss": PROJECT_ID, "sub": PROJECT_ID, "aud": AUDIENCE, "proj_id": PROJECT_ID,
              "jti": str(uuid.uuid4()), "iat": now, "exp": now + 120, "scope": SCOPE}
    if origin not in (None, "null"):
        claims["origin"] = origin
    return jwt.encode(claims, PRIVATE_KEY, algorithm="ES256", headers={"kid": KID, "typ": "project-auth+jwt"})


def token_endpoint(environ, start_response):
    code = refusal(environ)
    headers = [("Cache-Control", "no-store"), ("Cross-Origin-Resource-Policy", "same-origin")]
    if code is None:
        body = {"token": project_token(environ.get("HTTP_ORIGIN"))}
        start_response("200 OK", [("Content-Type", "application/json"), *headers])
        return [json.dumps(body).encode()]
    status, title, detail = REFUSALS[code]
    body = {"type": f"https://unpkg.com/reverse-jwt/docs/errors/{code}.md", "title": title, "status": status,
            "detail": detail, "code": code, "retry": "no"}
    headers += [("Allow", "POST")] if status == 405 else []
    start_response(f"{status} {title}", [("Content-Type", "application/problem+json"), *headers])
    return [json.dumps(body).encode()]


def with_page(environ, start_response):
    """The endpoint, and your page in public/: for your own machine. In your web app, mount token_endpoint alone."""
    if environ["PATH_INFO"] == "/token":
        return token_endpoint(environ, start_response)
    public = Path("public").resolve()
    file = (public / environ["PATH_INFO"].lstrip("/")).resolve()
    file = file / "index.html" if file.is_dir() else file
    if public not in file.parents or not file.is_file():
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is no such file in public/."]
    start_response("200 OK", [("Content-Type", mimetypes.guess_type(file.name)[0] or "text/plain")])
    return [file.read_bytes()]


if __name__ == "__main__":
    make_server("localhost", 4200, with_page).serve_forever()
