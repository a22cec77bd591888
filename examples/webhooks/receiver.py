"""Receives Hufu's messages with Python's standard library alone: answers resolveUser, and keeps its own users table in step
with sign-ins and closed accounts. HUFU_HOOK_SECRETS holds one or two whsec_ secrets, with a space between."""
import base64, hmac, json, os, sqlite3, time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRETS = [base64.b64decode(s.removeprefix("whsec_")) for s in os.environ["HUFU_HOOK_SECRETS"].split()]
TOLERANCE = 300  # seconds that a message may be old, or ahead
BODY_MOST = 65536

db = sqlite3.connect(os.environ.get("DATABASE", "users.db"), isolation_level=None)
db.execute("create table if not exists users (id integer primary key, openid text unique, sign_ins integer default 0)")
db.execute("create table if not exists handled (id text primary key, at integer)")


def is_genuine(headers, body):
    """Before anything is read from the body: one signature must be right, and the time close."""
    ident, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdigit()) or abs(time.time() - int(at)) > TOLERANCE:
        return False
    signed = f"{ident}.{at}.".encode() + body
    given = [one[3:].encode() for one in headers.get("webhook-signature", "").split(" ") if one.startswith("v1,")]
    wanted = [base64.b64encode(hmac.digest(secret, signed, "sha256")) for secret in SECRETS]
    return any(hmac.compare_digest(one, other) for one in wanted for other in given)


def resolve(openid):
    """The same openid gets the same user, however often it is asked for."""
    db.execute("insert into users (openid) values (?) on conflict do nothing", (openid,))
    (user,) = db.execute("select id from users where openid = ?", (openid,)).fetchone()
    return {"user_id": str(user)}


def handle(ident, message):
    """A message may come twice. Its id and what it does are one transaction, so it has its effect once."""
    with db:
        db.execute("begin immediate")
        first = db.execute("insert into handled (id, at) values (?, unixepoch()) on conflict do nothing", (ident,))
        user = message["data"].get("external_id")
        if first.rowcount == 1 and message["type"] == "user.signed_in":
            db.execute("update users set sign_ins = sign_ins + 1 where id = ?", (user,))
        if first.rowcount == 1 and message["type"] == "user.closed":
            db.execute("update users set openid = null where id = ?", (user,))


class Receiver(BaseHTTPRequestHandler):
    timeout = 3  # seconds: one caller is served at a time, and a silent one must not hold up the others

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(min(length, BODY_MOST))
        if self.path != "/hufu" or not is_genuine(self.headers, body):
            return self.answer(401)
        message = json.loads(body)
        if message["type"] == "user.resolve":
            return self.answer(200, json.dumps(resolve(message["data"]["openid"])).encode())
        handle(self.headers["webhook-id"], message)
        self.answer(204)

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Receiver)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
