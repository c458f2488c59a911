import { goLiteral as literal } from './literals.js'

const digestOf = (bits) =>
  `digest := ${bits === '256' ? 'sha256.Sum256' : `sha512.Sum${bits}`}([]byte(input))`
const hashPackage = (bits) => `crypto/sha${bits === '256' ? '256' : '512'}`
const failed = `if err != nil {
		return "", err
	}`

const families = {
  ES: (bits) => {
    const size = { 256: 32, 384: 48, 512: 66 }[bits]
    return {
      packages: ['crypto/ecdsa', 'crypto/rand', hashPackage(bits)],
      type: '*ecdsa.PrivateKey',
      sign: `${digestOf(bits)}
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	${failed}
	// A token wants R and S, ${size} bytes each, joined.
	signature := make([]byte, ${2 * size})
	r.FillBytes(signature[:${size}])
	s.FillBytes(signature[${size}:])`,
    }
  },
  RS: (bits) => ({
    packages: ['crypto', 'crypto/rand', 'crypto/rsa', hashPackage(bits)],
    type: '*rsa.PrivateKey',
    sign: `${digestOf(bits)}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA${bits}, digest[:])
	${failed}`,
  }),
  PS: (bits) => ({
    packages: ['crypto', 'crypto/rand', 'crypto/rsa', hashPackage(bits)],
    type: '*rsa.PrivateKey',
    sign: `${digestOf(bits)}
	options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA${bits}, digest[:], options)
	${failed}`,
  }),
  EdDSA: () => ({
    packages: ['crypto/ed25519', 'crypto/rand'],
    type: 'ed25519.PrivateKey',
    sign: 'signature := ed25519.Sign(key, []byte(input))',
  }),
}

const always = [
  ...['crypto/x509', 'encoding/base64', 'encoding/hex', 'encoding/json', 'encoding/pem'],
  ...['errors', 'fmt', 'log', 'os', 'time'],
]

export const go = {
  name: 'Go',
  file: 'project-token.go',
  textFor: ({ projectId, issuer, audience, kid, alg, scope }) => {
    const { packages, type, sign } = families[alg.slice(0, -3)]?.(alg.slice(-3)) ?? families[alg]()
    return `// Prints one token. Go's standard library, nothing else: go run project-token.go
package main

import (
${[...packages, ...always].map((name) => `\t"${name}"`).join('\n')}
)

const (
	projectID = ${literal(projectId)}
	issuer    = ${issuer === projectId ? 'projectID' : literal(issuer)}
	audience  = ${literal(audience)}
	kid       = ${literal(kid)}${scope === '' ? '' : `\n\tscope     = ${literal(scope)} // all that the project may have: name fewer where fewer do`}
)

// projectToken is a new token, good for one request; for pages of this origin alone, if there is one.
func projectToken(key ${type}, origin string) (string, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", err
	}
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": issuer, "sub": projectID, "aud": audience, "proj_id": projectID,
		"jti": hex.EncodeToString(id), "iat": now, "exp": now + 120,${scope === '' ? '' : ' "scope": scope,'}
	}
	if origin != "" && origin != "null" {
		claims["origin"] = origin
	}
	header, err := json.Marshal(map[string]string{"alg": "${alg}", "kid": kid, "typ": "project-auth+jwt"})
	${failed}
	payload, err := json.Marshal(claims)
	${failed}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(header) + "." + encode(payload)
	${sign}
	return input + "." + encode(signature), nil
}

func readKey() (${type}, error) {
	name := os.Getenv("PROJECT_KEY_FILE")
	if name == "" {
		name = "project-key.pem" // not in the repository, not where the web server finds it
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(name + " is no PEM file")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if fitting, isFitting := key.(${type}); isFitting {
		return fitting, nil
	}
	return nil, errors.New(name + " is not for ${alg}")
}

func main() {
	key, err := readKey()
	if err != nil {
		log.Fatal(err)
	}
	token, err := projectToken(key, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token)
}
`
  },
}
