<?php
// POST /token gives a page of yours one token. PHP 8 with its openssl extension, nothing else.
declare(strict_types=1);

const PROJECT_ID = 'shop';
const AUDIENCE = 'https://platform.example';
const KID = 'key-1';
const KEY_FILE = __DIR__ . '/../project-key.pem'; // not in the repository, not where the web server finds it
const SCOPE = 'portal:read';

const REFUSALS = [
    'method_not_allowed' => [405, 'Method not allowed', 'A token is asked for with POST.'],
    'foreign_origin' => [403, 'Foreign origin', 'Only a page of this origin may ask for a token.'],
    'content_type_unsupported' => [415, 'Content type not supported', 'Send Content-Type: application/json.'],
    'no_session' => [401, 'No session', 'Log in, then ask again.'],
];

/** Your session check: the id of the user who asks. It lets in nobody until you write it. */
function current_user(): ?string
{
    return null;
}

/** The code of the first check that fails. No page can write these headers of the browser itself. */
function refusal(?string $origin): ?string
{
    $host = $_SERVER['HTTP_HOST'] ?? '';
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? null;
    $is_own_page = $site === null
        ? in_array($origin, ["https://$host", "http://$host"], true)
        : $site === 'same-origin';
    $media_type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
    return match (true) {
        $_SERVER['REQUEST_METHOD'] !== 'POST' => 'method_not_allowed',
        !$is_own_page => 'foreign_origin',
        $media_type !== 'application/json' => 'content_type_unsupported',
        !current_user() => 'no_session',
        default => null,
    };
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

/** OpenSSL writes an ECDSA signature as DER. A token wants R and S, 32 bytes each, joined. */
function raw_signature(string $der): string
{
    $length = ord($der[3]);
    $numbers = [substr($der, 4, $length), substr($der, 6 + $length)];
    return implode('', array_map(fn ($number) => str_pad(ltrim($number, "\0"), 32, "\0", STR_PAD_LEFT), $numbers));
}

function project_token(?string $origin): string
{
    $header = ['alg' => 'ES256', 'kid' => KID, 'typ' => 'project-auth+jwt'];
    $claims = [
        'iss' => PROJECT_ID, 'sub' => PROJECT_ID, 'aud' => AUDIENCE, 'proj_id' => PROJECT_ID,
        'jti' => bin2hex(random_bytes(16)), 'iat' => time(), 'exp' => time() + 120, 'scope' => SCOPE,
    ];
    if ($origin !== null && $origin !== 'null') {
        $claims['origin'] = $origin;
    }
    $encode = fn (array $part) => base64url(json_encode($part, JSON_THROW_ON_ERROR));
    $input = $encode($header) . '.' . $encode($claims);
    is_readable(KEY_FILE) || throw new RuntimeException('cannot read KEY_FILE: ' . KEY_FILE);
    openssl_sign($input, $der, file_get_contents(KEY_FILE), OPENSSL_ALGO_SHA256)
        || throw new RuntimeException('the project key cannot sign');
    return $input . '.' . base64url(raw_signature($der));
}

// PHP's own server serves your page, too: the files beside this one.
if (PHP_SAPI === 'cli-server' && parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/token') {
    return false;
}
$origin = $_SERVER['HTTP_ORIGIN'] ?? null;
$code = refusal($origin);
if ($code === null) {
    [$status, $media_type, $body] = [200, 'application/json', ['token' => project_token($origin)]];
} else {
    [$status, $title, $detail] = REFUSALS[$code];
    $media_type = 'application/problem+json';
    $body = [
        'type' => "https://unpkg.com/reverse-jwt/docs/errors/$code.md",
        'title' => $title, 'status' => $status, 'detail' => $detail, 'code' => $code, 'retry' => 'no',
    ];
}
http_response_code($status);
header("Content-Type: $media_type");
header('Cache-Control: no-store');
header('Cross-Origin-Resource-Policy: same-origin');
if ($status === 405) {
    header('Allow: POST');
}
echo json_encode($body, JSON_THROW_ON_ERROR);
