// Go 1.21 and its standard library. Try it: go run token-endpoint.go
package main

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	projectID = "shop"
	audience  = "https://platform.example"
	kid       = "key-1"
	scope     = "portal:read"
	keyFile   = "project-key.pem"
)

// YOUR decision: who is logged in, by your own session. Nobody, until you write it.
func currentUser(r *http.Request) string {
	return ""
}

func readKey() *ecdsa.PrivateKey {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		log.Fatal("the key file has no PEM in it")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey)
}

func projectToken(key *ecdsa.PrivateKey, origin string) (string, error) {
	jti := make([]byte, 16)
	if _, err := rand.Read(jti); err != nil {
		return "", err
	}
	now := time.Now().Unix()
	header := map[string]any{"alg": "ES256", "kid": kid, "typ": "project-auth+jwt"}
	claims := map[string]any{"iss": projectID, "sub": projectID, "aud": audience, "proj_id": projectID,
		"jti": hex.EncodeToString(jti), "iat": now, "exp": now + 120, "scope": scope}
	if origin != "" && origin != "null" {
		claims["origin"] = origin
	}
	var parts []string
	for _, part := range []map[string]any{header, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(text))
	}
	input := strings.Join(parts, ".")
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	// JWS wants R and S, 32 bytes each, joined.
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func isOwnPage(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}

// The first check that fails.
func refusal(r *http.Request) (int, string) {
	contentType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "method_not_allowed"
	case !isOwnPage(r):
		return http.StatusForbidden, "foreign_origin"
	case !strings.EqualFold(strings.TrimSpace(contentType), "application/json"):
		return http.StatusUnsupportedMediaType, "content_type_unsupported"
	case currentUser(r) == "":
		return http.StatusUnauthorized, "no_session"
	}
	return http.StatusOK, ""
}

func main() {
	key := readKey()
	http.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		if status, code := refusal(r); code != "" {
			w.Header().Set("Content-Type", "application/problem+json")
			if status == http.StatusMethodNotAllowed {
				w.Header().Set("Allow", "POST")
			}
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(map[string]any{"status": status, "title": code, "code": code, "retry": "no"})
			return
		}
		token, err := projectToken(key, r.Header.Get("Origin"))
		if err != nil {
			log.Print(err)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"token": token})
	})
	port := os.Getenv("PORT")
	if port == "" {
		port = "4200"
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}
