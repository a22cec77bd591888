"""Follows Hufu's revocation feed (protocol §6) beside access_tokens.py: what was signed out, kicked or banned is refused
within a second or two, and nothing passes while the feed is silent. Copy both; vectors/feed says what must stay true."""
import base64, json, re, threading, time, urllib.error, urllib.request
from access_tokens import AccessTokens, Refused, bearer_token

QUIET = 2.5  # seconds without a beat, after which a stream is given up
CURSOR = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})")
MEMBERS = {"sid": {"why"}, "jti": {"why"}, "kid": {"why"}, "sub": {"ver", "why"}, "role": {"pol", "permissions"},
           "all": {"pol", "why"}, "client_id": {"pol", "why"}}  # of each kind of entry, beside "until"


class Lists:
    """What is no longer true. Ended ids are never given out again, so a new list takes over those of the old one."""
    def __init__(self, old=None):
        self.ended = old.ended if old else {"sid": {}, "jti": {}, "kid": {}}
        self.least, self.roles = {"sub": {}, "client_id": {}, "all": {}}, {}

    def take(self, kind, entry):
        name, until = entry[kind], entry["until"]
        if kind in self.ended:
            known = self.ended[kind].get(name, (entry["why"], 0))
            self.ended[kind][name] = (known[0], max(known[1], until))
        else:
            table = self.roles if kind == "role" else self.least[kind]
            new = (entry["ver" if kind == "sub" else "pol"], entry.get("permissions", entry.get("why")), until)
            old = table.get(name, (-1, None, 0))
            table[name] = (*(new if new[0] > old[0] else old)[:2], max(old[2], until))

    def prune(self, now):
        for table in (*self.ended.values(), *self.least.values(), self.roles):
            for name in [name for name, value in list(table.items()) if value[-1] + 60 < now]:
                del table[name]

    def assert_stands(self, claims, kid):
        for kind, name in (("sid", claims.get("sid")), ("jti", claims["jti"]), ("kid", kid)):
            if name in self.ended[kind]:
                raise Refused(401, "token_revoked", self.ended[kind][name][0])
        for kind, name in (("all", True), ("client_id", claims["client_id"])):
            if name in self.least[kind] and claims["pol"] < self.least[kind][name][0]:
                raise Refused(401, "token_revoked", self.least[kind][name][1])
        least, why, _ = self.least["sub"].get(claims["sub"], (0, None, 0))
        if claims.get("ver", least) < least:
            raise Refused(401, "token_revoked" if why in ("banned", "closed") else "token_stale", why)


def strict_object(text):
    """A JSON object in which no member stands twice."""
    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a member twice")
        return dict(pairs)
    value = json.loads(text, object_pairs_hook=members)
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def read_entry(text):
    """An entry with anything that is not known might mean anything, so it is never taken for less."""
    entry = strict_object(text)
    kind = next((kind for kind in MEMBERS if kind in entry), None)
    whole = [entry[name] for name in ("until", "ver", "pol") if name in entry]
    permissions = entry.get("permissions", [])
    if (kind is None or set(entry) != MEMBERS[kind] | {kind, "until"} or entry["until"] >= 2**32
            or any(type(number) is not int or number < 0 for number in whole)
            or (entry[kind] is not True if kind == "all" else type(entry[kind]) is not str or entry[kind] == "")
            or type(entry.get("why", "-")) is not str or type(permissions) is not list
            or any(type(one) is not str for one in permissions)):
        raise ValueError("an entry that is not understood")
    return kind, entry


class Stream:
    """One connection to the feed. `take` raises for what the protocol does not say; the stream is then over."""
    def __init__(self, verifier):
        self.verifier, self.clock = verifier, verifier.clock
        self.position, self.text = verifier.position
        self.lists = verifier.lists if self.position else Lists(verifier.lists)  # built aside until it is whole
        self.ready, self.least_lag, self.asked, self.bytes, self.event = False, None, self.clock.monotonic(), b"", {}

    def take(self, piece):
        self.bytes += piece
        if len(self.bytes) > 200_000:
            raise ValueError("a line that does not end")
        lines = self.bytes.replace(b"\r\n", b"\n").split(b"\n")  # Hufu ends its lines in \n
        self.bytes = lines.pop()
        for line in lines:
            name, _, value = line.decode().partition(":")
            value = value[1:] if value.startswith(" ") else value
            if name in ("id", "event", "data"):
                joined = name == "data" and "data" in self.event
                self.event[name] = self.event["data"] + "\n" + value if joined else value
            elif line == b"" and self.event:
                event, self.event = self.event, {}
                self.hear(event.get("event", "message"), event.get("data", ""), event.get("id"))

    def hear(self, event, data, cursor):
        if event == "revoke":
            kind, entry = read_entry(data)
            if not self.moves_to(cursor, data):
                return
            self.lists.take(kind, entry)
        elif event == "reset":
            self.ready, self.position, self.text, self.lists = False, None, None, Lists(self.verifier.lists)
        elif event == "ready":
            self.disorder(self.ready, "ready, twice")
            told = strict_object(data).get("cursor", cursor) if data else cursor
            if told is not None:
                self.moves_to(told, None)
            self.ready, self.verifier.lists = True, self.lists
        elif event == "beat":
            told = strict_object(data)
            if type(told["at"]) is not int:
                raise ValueError("a beat without its time")
            if self.ready:
                self.moves_to(told["cursor"], None)
                self.confirm(told["at"])
        else:
            raise ValueError("an event of an unknown kind")
        if self.ready:  # a list aside that never becomes whole has no place from which another stream could continue
            self.verifier.position = (self.position, self.text)

    def moves_to(self, cursor, text):
        """True if this is news, False if it is the last entry once more, or a beat where nothing has come."""
        epoch, number = (int(part) for part in CURSOR.fullmatch(cursor).groups())
        if self.position:
            self.disorder(epoch != self.position[0], "another epoch without a reset")
            if number == self.position[1] and (text is None or text == self.text):
                return False
            self.disorder(number < self.position[1] + (text is not None), "a cursor that does not go on")
        self.position, self.text = (epoch, number), text
        return True

    def disorder(self, is_so, what):
        if is_so:
            self.verifier.position = (None, None)  # the next stream begins at the beginning
            raise ValueError(what)

    def confirm(self, at):
        """A beat that was held back on its way says what was true then, not now."""
        now = self.clock.monotonic()
        apart = now - at
        late = 0 if self.least_lag is None else max(0, apart - self.least_lag - 1)
        if late > QUIET or (self.least_lag is None and now - self.asked > QUIET):
            raise ValueError("the beats come late")
        self.least_lag = apart if self.least_lag is None else min(self.least_lag, apart)
        self.verifier.confirmed = (now - late, self.clock.time() - late)


class Verifier:
    def __init__(self, issuer, audience, client_id, client_secret, algorithm="ES256", max_silence=5.0, clock=time, ask=None):
        self.issuer, self.max_silence, self.clock, self.ask = issuer, max_silence, clock, ask or self.ask_by_http
        self.tokens = AccessTokens(issuer, audience, algorithm, clock, lambda: self.ask("GET", "/.well-known/jwks.json"))
        self.basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.lists, self.position, self.confirmed, self.table = Lists(), (None, None), None, {"pol": -1}
        self.own_token, self.failure = (None, float("-inf")), "not tried yet"
        no_redirect = type("NoRedirect", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        self.opener = urllib.request.build_opener(no_redirect)

    def check(self, authorization):
        """`Authorization: Bearer …` → the token's claims, with the permissions that hold now. Raises Refused."""
        lists = self.lists
        claims, kid = self.tokens.genuine(bearer_token(authorization), lists.ended["kid"])
        lists.assert_stands(claims, kid)
        if "cnf" in claims:
            raise Refused(401, "proof_missing")
        if self.age() > self.max_silence:
            raise Refused(503, "revocations_unknown")
        return {**claims, "permissions": self.permissions(claims, lists)}

    def age(self):
        """Seconds since the list was known to be right, by the clock that says more: one sleeps, the other can be set."""
        if self.confirmed is None:
            return float("inf")
        return max(self.clock.monotonic() - self.confirmed[0], self.clock.time() - self.confirmed[1])

    def permissions(self, claims, lists):
        """The token's own, unless one of its roles was redefined since: then those of the table of roles."""
        names = claims.get("roles", [])
        pol = max([claims["pol"], *(lists.roles[name][0] for name in names if name in lists.roles)])
        if "permissions" in claims and pol <= claims["pol"]:
            return claims["permissions"]
        if all(name in lists.roles for name in names) and pol in [lists.roles[name][0] for name in names]:
            return sorted({one for name in names for one in lists.roles[name][1]})
        if self.table["pol"] < pol:
            try:
                self.table = self.ask("GET", "/roles", bearer=self.token())
            except (OSError, ValueError):
                raise Refused(503, "revocations_unknown") from None
        if self.table["pol"] < pol:
            raise Refused(503, "revocations_unknown")
        return sorted({one for name in names for one in self.table["roles"].get(name, [])})

    def token(self):
        """This back end's own, by client_credentials."""
        token, renew_at = self.own_token
        if self.clock.monotonic() >= renew_at:
            answer = self.ask("POST", "/oauth/token", body=b"grant_type=client_credentials")
            token = answer["access_token"]
            self.own_token = (token, self.clock.monotonic() + answer["expires_in"] * 0.8)
        return token

    def open(self, method, path, bearer=None, body=None, headers={}, timeout=5):
        authorization = f"Bearer {bearer}" if bearer else f"Basic {self.basic}"
        request = urllib.request.Request(self.issuer + path, body, {**headers, "Authorization": authorization}, method=method)
        return self.opener.open(request, timeout=timeout)

    def ask_by_http(self, method, path, bearer=None, body=None):
        with self.open(method, path, bearer, body) as answer:
            return strict_object(answer.read(1_000_000))

    def follow(self):
        """Reads the feed for ever, one stream after another, in a thread of its own: `start` begins it."""
        while True:
            try:
                token, stream = self.token(), Stream(self)
                headers = {"Accept": "text/event-stream"}
                if stream.position:
                    headers["Last-Event-ID"] = "%d.%d" % stream.position
                with self.open("GET", "/revocations", token, None, headers, QUIET) as answer:
                    opened = self.clock.monotonic()
                    while piece := answer.read1(65536):
                        stream.take(piece)
                        heard = max(opened, self.confirmed[0] if self.confirmed else 0)
                        if stream.ready and self.clock.monotonic() - heard > QUIET:
                            raise TimeoutError("no beat")
                        self.lists.prune(self.clock.time())
                self.failure = "the stream ended"
            except Exception as error:  # any failure: `check` then answers that there is no contact
                self.failure = error
                if isinstance(error, urllib.error.HTTPError) and error.code == 401:
                    self.own_token = (None, float("-inf"))
            time.sleep(0.2)

    def start(self):
        threading.Thread(target=self.follow, daemon=True).start()
        return self
