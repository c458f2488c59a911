// POST /token gives a page of yours one token. Go's standard library, nothing else.
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
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	projectID = "shop"
	audience  = "https://platform.example"
	kid       = "key-1"
	keyFile   = "project-key.pem" // not in the repository, not where the web server finds it
	scope     = "portal:read"
)

type refusal struct {
	status        int
	title, detail string
}

var refusals = map[string]refusal{
	"method_not_allowed":       {405, "Method not allowed", "A token is asked for with POST."},
	"foreign_origin":           {403, "Foreign origin", "Only a page of this origin may ask for a token."},
	"content_type_unsupported": {415, "Content type not supported", "Send Content-Type: application/json."},
	"no_session":               {401, "No session", "Log in, then ask again."},
}

// currentUser is your session check: the id of the user who asks. It lets in nobody until you write it.
func currentUser(r *http.Request) string {
	return ""
}

// faultOf is the code of the first check that fails. No page can write these headers of the browser itself.
func faultOf(r *http.Request) string {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	isOwnPage := site == "same-origin"
	if site == "" {
		isOwnPage = origin == "https://"+r.Host || origin == "http://"+r.Host
	}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case r.Method != http.MethodPost:
		return "method_not_allowed"
	case !isOwnPage:
		return "foreign_origin"
	case !strings.EqualFold(strings.TrimSpace(mediaType), "application/json"):
		return "content_type_unsupported"
	case currentUser(r) == "":
		return "no_session"
	}
	return ""
}

func projectToken(key *ecdsa.PrivateKey, origin string) (string, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", err
	}
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": projectID, "sub": projectID, "aud": audience, "proj_id": projectID,
		"jti": hex.EncodeToString(id), "iat": now, "exp": now + 120, "scope": scope,
	}
	if origin != "" && origin != "null" {
		claims["origin"] = origin
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	header := `{"alg":"ES256","kid":"` + kid + `","typ":"project-auth+jwt"}`
	input := encode([]byte(header)) + "." + encode(payload)
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	// A token wants R and S, 32 bytes each, joined.
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + encode(signature), nil
}

func tokenEndpoint(key *ecdsa.PrivateKey) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		if code := faultOf(r); code != "" {
			refuse(w, code)
			return
		}
		token, err := projectToken(key, r.Header.Get("Origin"))
		if err != nil {
			log.Print(err)
			http.Error(w, "no token", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"token": token})
	}
}

func refuse(w http.ResponseWriter, code string) {
	refused := refusals[code]
	w.Header().Set("Content-Type", "application/problem+json")
	if refused.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	w.WriteHeader(refused.status)
	json.NewEncoder(w).Encode(map[string]any{
		"type":  "https://unpkg.com/reverse-jwt/docs/errors/" + code + ".md",
		"title": refused.title, "status": refused.status, "detail": refused.detail, "code": code, "retry": "no",
	})
}

func readKey(name string) (*ecdsa.PrivateKey, error) {
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
	if p256, isECDSA := key.(*ecdsa.PrivateKey); isECDSA {
		return p256, nil
	}
	return nil, errors.New(name + " is not for ES256")
}

func main() {
	key, err := readKey(keyFile)
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/token", tokenEndpoint(key))
	http.Handle("/", http.FileServer(http.Dir("public"))) // your page
	log.Fatal(http.ListenAndServe("localhost:4200", nil))
}
