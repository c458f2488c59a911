import { phpLiteral as literal } from './literals.js'

const withOpenssl = (bits) => `openssl_sign($input, $signature, $key, OPENSSL_ALGO_SHA${bits})
        || throw new RuntimeException('the project key cannot sign');`

const signatures = {
  ES: (bits) => `${withOpenssl(bits)}
    // OpenSSL writes DER. A token wants R and S, ${{ 256: 32, 384: 48, 512: 66 }[bits]} bytes each, joined.
    $rest = substr($signature, ord($signature[1]) < 128 ? 2 : 3);
    $length = ord($rest[1]);
    $numbers = [substr($rest, 2, $length), substr($rest, 4 + $length)];
    $raw = fn ($number) => str_pad(ltrim($number, "\\0"), ${{ 256: 32, 384: 48, 512: 66 }[bits]}, "\\0", STR_PAD_LEFT);
    return implode('', array_map($raw, $numbers));`,
  RS: (bits) => `${withOpenssl(bits)}
    return $signature;`,
  EdDSA: () => `$der = base64_decode(preg_replace('/-----[A-Z ]+-----/', '', $key));
    strlen($der) === 48 || throw new RuntimeException('the project key is not PKCS#8 for Ed25519');
    $pair = sodium_crypto_sign_seed_keypair(substr($der, 16));
    return sodium_crypto_sign_detached($input, sodium_crypto_sign_secretkey($pair));`,
}

export const php = {
  name: 'PHP',
  file: 'project-token.php',
  cannot: (alg) =>
    alg.startsWith('PS')
      ? `PHP's own extensions make no ${alg} signatures: use another language here, or rotate to a key for ES256.`
      : undefined,
  textFor: ({ projectId, issuer, audience, kid, alg, scope }) => `<?php
// Prints one token. PHP 8 with its extension ${alg === 'EdDSA' ? 'sodium' : 'openssl'}, nothing else: php project-token.php
declare(strict_types=1);

const PROJECT_ID = ${literal(projectId)};
const ISSUER = ${issuer === projectId ? 'PROJECT_ID' : literal(issuer)};
const AUDIENCE = ${literal(audience)};
const KID = ${literal(kid)};
${scope === '' ? '' : `const SCOPE = ${literal(scope)}; // all that the project may have: name fewer where fewer do\n`}
function project_key(): string
{
    $file = getenv('PROJECT_KEY_FILE') ?: 'project-key.pem'; // not in the repository, not where the web server finds it
    return file_get_contents($file) ?: throw new RuntimeException('there is no project key');
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function signature(string $input, string $key): string
{
    ${signatures[alg.slice(0, -3)]?.(alg.slice(-3)) ?? signatures[alg]()}
}

/** A new token, good for one request; for pages of this origin alone, if there is one. */
function project_token(?string $origin = null): string
{
    $header = ['alg' => '${alg}', 'kid' => KID, 'typ' => 'project-auth+jwt'];
    $claims = [
        'iss' => ISSUER, 'sub' => PROJECT_ID, 'aud' => AUDIENCE, 'proj_id' => PROJECT_ID,
        'jti' => bin2hex(random_bytes(16)), 'iat' => time(), 'exp' => time() + 120,${scope === '' ? '' : " 'scope' => SCOPE,"}
    ];
    if ($origin !== null && $origin !== 'null') {
        $claims['origin'] = $origin;
    }
    $encode = fn (array $part) => base64url(json_encode($part, JSON_THROW_ON_ERROR));
    $input = $encode($header) . '.' . $encode($claims);
    return $input . '.' . base64url(signature($input, project_key()));
}

echo project_token(), "\\n";
`,
}
