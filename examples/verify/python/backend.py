"""A back end that answers GET /orders, on one port: python3 backend.py ISSUER AUDIENCE [CLIENT_ID], the secret in HUFU_CLIENT_SECRET.
With a client it follows the revocation feed; without one a revoked token passes until it expires."""
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from access_tokens import AccessTokens, Refused
from hufu_verifier import Verifier

issuer, audience, *client = sys.argv[1:]
if client:
    verifier = Verifier(issuer, audience, client[0], os.environ["HUFU_CLIENT_SECRET"]).start()
else:
    verifier = AccessTokens(issuer, audience)


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            claims = verifier.check(self.headers["Authorization"])
            if "order:read:own" not in claims["permissions"]:
                raise Refused(403, "permission_denied")
            self.answer(200, {"of": claims["sub"]})
        except Refused as refused:
            self.answer(refused.status, {"reason": refused.reason, "why": refused.why})

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        if status == 503:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Orders)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
