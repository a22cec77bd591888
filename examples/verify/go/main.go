// A back end that answers GET /orders to those who have an access token of Hufu: go run . ISSUER AUDIENCE.
// It checks tokens by the published keys: a revoked token passes until it expires (ten minutes by default).
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt" // in a module: github.com/golang-jwt/jwt/v4
)

const leeway = 5 * time.Second

// Claims are what an access token says (protocol §4).
type Claims struct {
	Issuer      string   `json:"iss"`
	Audience    audience `json:"aud"`
	Expires     int64    `json:"exp"`
	Subject     string   `json:"sub"`
	UID         string   `json:"uid"`
	Permissions []string `json:"permissions"`
	Confirmed   *struct {
		Thumbprint string `json:"jkt"`
	} `json:"cnf"`
}

// Valid leaves everything to check below, where issuer and audience are known.
func (*Claims) Valid() error { return nil }

// audience is a string or several.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

var errOutage = errors.New("the keys cannot be had: answer 503, this is no verdict on the token")

// Verifier checks access tokens of one issuer for one audience.
type Verifier struct {
	Issuer, Audience string
	client           http.Client
	lock             sync.Mutex
	keys             map[string]*ecdsa.PublicKey
	fetchedAt        time.Time
}

// Check returns the claims of a good token.
func (v *Verifier) Check(token string) (*Claims, error) {
	var claims Claims
	// The algorithm is the configured one, never the one that the token names.
	parser := jwt.Parser{ValidMethods: []string{"ES256"}}
	parsed, err := parser.ParseWithClaims(token, &claims, func(token *jwt.Token) (interface{}, error) {
		if token.Header["typ"] != "at+jwt" {
			return nil, errors.New("no access token")
		}
		kid, _ := token.Header["kid"].(string)
		return v.key(kid)
	})
	if errors.Is(err, errOutage) {
		return nil, errOutage
	}
	if err != nil || !parsed.Valid {
		return nil, fmt.Errorf("not genuine: %w", err)
	}
	switch {
	case claims.Issuer != v.Issuer:
		return nil, errors.New("another issuer")
	case !contains(claims.Audience, v.Audience):
		return nil, errors.New("another audience")
	case time.Now().After(time.Unix(claims.Expires, 0).Add(leeway)):
		return nil, errors.New("expired")
	case claims.Confirmed != nil:
		return nil, errors.New("bound to a key: what checks no proof (RFC 9449) must not take it")
	}
	return &claims, nil
}

// key finds a key, and asks the issuer for one that is not at hand, once a second at most.
func (v *Verifier) key(kid string) (*ecdsa.PublicKey, error) {
	v.lock.Lock()
	defer v.lock.Unlock()
	age := time.Since(v.fetchedAt)
	if key, known := v.keys[kid]; known && age < 5*time.Minute {
		return key, nil
	}
	if age < time.Second {
		return nil, errOutage
	}
	keys, err := v.fetchKeys()
	if err == nil {
		v.keys, v.fetchedAt = keys, time.Now()
	}
	if key, known := v.keys[kid]; known {
		return key, nil
	}
	if err != nil {
		return nil, errOutage
	}
	return nil, errors.New("an unknown key")
}

func (v *Verifier) fetchKeys() (map[string]*ecdsa.PublicKey, error) {
	v.client.Timeout = 5 * time.Second
	answer, err := v.client.Get(v.Issuer + "/.well-known/jwks.json")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	var jwks struct {
		Keys []struct{ Kid, Alg, X, Y string }
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<20)).Decode(&jwks); err != nil {
		return nil, err
	}
	keys := map[string]*ecdsa.PublicKey{}
	for _, jwk := range jwks.Keys {
		x, errX := base64.RawURLEncoding.DecodeString(jwk.X)
		y, errY := base64.RawURLEncoding.DecodeString(jwk.Y)
		key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		if jwk.Alg == "ES256" && errX == nil && errY == nil && key.Curve.IsOnCurve(key.X, key.Y) {
			keys[jwk.Kid] = key
		}
	}
	return keys, nil
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

func main() {
	verifier := &Verifier{Issuer: os.Args[1], Audience: os.Args[2]}
	http.HandleFunc("/orders", func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		claims, err := verifier.Check(token)
		switch {
		case !strings.EqualFold(scheme, "Bearer") || err != nil && err != errOutage:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
		case err != nil:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case !contains(claims.Permissions, "order:read:own"):
			w.WriteHeader(http.StatusForbidden)
		default:
			json.NewEncoder(w).Encode(map[string]string{"of": claims.Subject})
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	panic(http.Serve(listener, nil))
}
