"""Runs vectors/feed against hufu_verifier.py: python3 run_vectors.py FOLDER. Prints the vectors that fail; exits with 1 then."""
import json, pathlib, sys
from access_tokens import Refused
from hufu_verifier import Stream, Verifier

folder = pathlib.Path(sys.argv[1])
known = json.loads((folder / "issuer.json").read_text())


class Clock:
    def __init__(self):
        self.elapsed = self.slept = 0.0

    def time(self):
        return known["start"] + self.elapsed + self.slept

    def monotonic(self):
        return self.elapsed


class Story:
    """One vector: the issuer as it says, and one reader."""
    def __init__(self):
        self.clock, self.keys, self.roles, self.stream = Clock(), [], {"pol": -1}, None
        self.verifier = Verifier(known["issuer"], known["audience"], "shop", "-", known["algorithms"][0],
                                 known["max_silence_ms"] / 1000, self.clock, self.ask)

    def ask(self, method, path, bearer=None, body=None):
        if path == "/oauth/token":
            return {"access_token": "-", "expires_in": 600}
        return self.roles if path == "/roles" else {"keys": [known["keys"][name] for name in self.keys]}

    def take(self, step):
        match step["do"]:
            case "publish":
                self.keys = step["keys"]
            case "roles":
                self.roles = step["answer"]
            case "wait":
                self.clock.elapsed += step["ms"] / 1000
            case "sleep":
                self.clock.slept += step["ms"] / 1000
            case "open":
                self.stream = Stream(self.verifier)
                position = self.stream.position
                assert (position and "%d.%d" % position) in step["after"], f"it asks for what is after {position}"
            case "send":
                try:
                    self.stream.take(step["text"].encode())
                except Exception:
                    self.stream = None
            case "cut":
                self.stream = None
            case "left":
                assert self.stream is None, "it still reads"
            case "expect":
                for name, expected in step["tokens"].items():
                    said = self.answer(known["tokens"][name], expected)
                    assert said == expected, f"{name}: {said}, not {expected}"

    def answer(self, token, expected):
        try:
            claims = self.verifier.check(f"Bearer {token}")
        except Refused as refused:
            return {"reason": refused.reason, **({"why": refused.why} if refused.why else {})}
        return {"passes": True, **({"permissions": sorted(claims["permissions"])} if "permissions" in expected else {})}


failed = passed = 0
for file in ("tokens", "entries", "streams", "silence"):
    for vector in json.loads((folder / f"{file}.json").read_text()):
        story = Story()
        try:
            for number, step in enumerate(vector["steps"]):
                story.take(step)
            passed += 1
        except AssertionError as error:
            failed += 1
            print(f"{file}.json, {vector['name']}, step {number}: {error}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
