"""Checks Hufu's access tokens by the issuer's published keys alone: a revoked token passes until it expires (ten minutes by
default). Needs PyJWT and cryptography; copy it. hufu_verifier.py beside it also follows the revocation feed."""
import json, threading, time, urllib.request
import jwt

LEEWAY = 5  # seconds after its end for which a token counts, because clocks differ
KEYS_FRESH = 300  # seconds
NEEDED = ["iss", "aud", "exp", "iat", "sub", "jti", "client_id", "pol"]


class Refused(Exception):
    """status, reason and why, as protocol §5 lists them. 503 is no verdict on the token."""
    def __init__(self, status, reason, why=None):
        super().__init__(reason if why is None else f"{reason} ({why})")
        self.status, self.reason, self.why = status, reason, why


def bearer_token(authorization):
    scheme, _, token = (authorization or "").partition(" ")
    if scheme == "":
        raise Refused(401, "token_missing")
    if scheme.lower() != "bearer":
        raise Refused(401, "token_malformed")
    return token


class AccessTokens:
    def __init__(self, issuer, audience, algorithm="ES256", clock=time, fetch_keys=None):
        self.issuer, self.audience, self.algorithm, self.clock = issuer, audience, algorithm, clock
        self.fetch_keys = fetch_keys or self.fetch_by_http
        self.keys, self.keys_at, self.lock = {}, None, threading.Lock()

    def check(self, authorization):
        """`Authorization: Bearer …` → the token's claims. Raises Refused."""
        claims, _ = self.genuine(bearer_token(authorization))
        if "cnf" in claims:
            raise Refused(401, "proof_missing")  # bound to a key: this example does not check proofs (RFC 9449)
        return claims

    def genuine(self, token, revoked_keys={}):
        """Signature, issuer, audience and times. The algorithm is the configured one, never the one that the token names."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != self.algorithm or header.get("typ") != "at+jwt" or type(header.get("kid")) is not str:
                raise Refused(401, "token_malformed")
            claims = jwt.decode(token, self.key(header["kid"], revoked_keys), algorithms=[self.algorithm],
                                audience=self.audience, issuer=self.issuer,
                                options={"require": NEEDED, "verify_exp": False, "verify_iat": False})
        except jwt.InvalidAudienceError:
            raise Refused(401, "token_audience") from None
        except jwt.InvalidIssuerError:
            raise Refused(401, "token_issuer") from None
        except jwt.InvalidSignatureError:
            raise Refused(401, "token_signature") from None
        except jwt.InvalidTokenError:
            raise Refused(401, "token_malformed") from None
        if not claims["iat"] - 60 <= self.clock.time() < claims["exp"] + LEEWAY:
            raise Refused(401, "token_expired")
        return claims, header["kid"]

    def key(self, kid, revoked_keys):
        """A key that is not at hand is asked for, once a second at most. No answer is 503: an outage is no verdict."""
        with self.lock:
            age = float("inf") if self.keys_at is None else self.clock.monotonic() - self.keys_at
            if age >= (KEYS_FRESH if kid in self.keys else 1):
                try:
                    self.keys = {jwk["kid"]: jwt.PyJWK(jwk, self.algorithm).key
                                 for jwk in self.fetch_keys()["keys"] if jwk.get("alg") == self.algorithm}
                    self.keys_at, age = self.clock.monotonic(), 0
                except (OSError, ValueError, KeyError, jwt.PyJWTError):
                    if kid not in self.keys:
                        raise Refused(503, "revocations_unknown") from None
            if kid in self.keys:
                return self.keys[kid]
        if kid in revoked_keys:
            raise Refused(401, "token_revoked", revoked_keys[kid][0])
        raise Refused(401, "token_signature") if age == 0 else Refused(503, "revocations_unknown")

    def fetch_by_http(self):
        with urllib.request.urlopen(f"{self.issuer}/.well-known/jwks.json", timeout=5) as answer:
            return json.loads(answer.read(1_000_000))
