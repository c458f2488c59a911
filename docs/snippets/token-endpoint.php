<?php
// PHP 8 with its openssl extension. Try it: php -S 127.0.0.1:4200 token-endpoint.php
const PROJECT_ID = 'shop';
const AUDIENCE = 'https://platform.example';
const KID = 'key-1';
const SCOPE = 'portal:read';
const KEY_FILE = 'project-key.pem';

/** YOUR decision: who is logged in, by your own session. Nobody, until you write it. */
function current_user(): ?string {
    return null;
}

function base64url(string $bytes): string {
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** OpenSSL gives DER: a sequence of two integers. JWS wants R and S, 32 bytes each, joined. */
function raw_signature(string $der): string {
    $length = ord($der[3]);
    $numbers = [substr($der, 4, $length), substr($der, 6 + $length)];
    return implode('', array_map(fn($n) => str_pad(ltrim($n, "\0"), 32, "\0", STR_PAD_LEFT), $numbers));
}

function project_token(?string $origin): string {
    $header = ['alg' => 'ES256', 'kid' => KID, 'typ' => 'project-auth+jwt'];
    $claims = ['iss' => PROJECT_ID, 'sub' => PROJECT_ID, 'aud' => AUDIENCE, 'proj_id' => PROJECT_ID,
        'jti' => bin2hex(random_bytes(16)), 'iat' => time(), 'exp' => time() + 120, 'scope' => SCOPE];
    if ($origin !== null && $origin !== 'null') $claims['origin'] = $origin;
    $input = base64url(json_encode($header)) . '.' . base64url(json_encode($claims));
    $key = openssl_pkey_get_private(file_get_contents(KEY_FILE));
    if ($key === false || !openssl_sign($input, $der, $key, OPENSSL_ALGO_SHA256)) throw new RuntimeException('no signature');
    return $input . '.' . base64url(raw_signature($der));
}

function is_own_page(): bool {
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? null;
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    if ($site !== null) return $site === 'same-origin';
    return $origin !== null && preg_replace('~^https?://~', '', $origin) === ($_SERVER['HTTP_HOST'] ?? '');
}

/** The first check that fails. */
function refusal(): ?array {
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') return [405, 'method_not_allowed'];
    if (!is_own_page()) return [403, 'foreign_origin'];
    if (!preg_match('~^application/json\s*(;|$)~i', $_SERVER['CONTENT_TYPE'] ?? '')) return [415, 'content_type_unsupported'];
    if (current_user() === null) return [401, 'no_session'];
    return null;
}

header('Cache-Control: no-store');
header('Cross-Origin-Resource-Policy: same-origin');
$refused = refusal();
if ($refused === null) {
    header('Content-Type: application/json');
    echo json_encode(['token' => project_token($_SERVER['HTTP_ORIGIN'] ?? null)]);
} else {
    [$status, $code] = $refused;
    http_response_code($status);
    header('Content-Type: application/problem+json');
    if ($status === 405) header('Allow: POST');
    echo json_encode(['status' => $status, 'title' => $code, 'code' => $code, 'retry' => 'no']);
}
