import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { newSessionId } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import { attemptTag, createRefreshTokens, parentTagOf, type RefreshToken } from "./refresh-token.ts";
import { createSecrets } from "./sealing/secrets.ts";

const older = randomBytes(32).toString("base64");
const newer = randomBytes(32).toString("base64");
const oldKeyId = createSecrets([older]).newest.id;
const newKeyId = createSecrets([newer]).newest.id;
const tokens = createRefreshTokens(createSecrets([newer, older]));
const sessionId = newSessionId(systemRandom, 0);
const first = tokens.first({ keyId: newKeyId, sessionId, code: "code-1", attempt: "attempt-1" });
const childOf = (parent: RefreshToken, attempt: string, keyId: string = newKeyId, serverMade = false): RefreshToken =>
  genuine(tokens.child({ keyId, parent, attempt, tag: serverMade ? "" : attemptTag(parent.sessionId, attempt) }));
function genuine(text: string): RefreshToken {
  const parsed = tokens.parse(text);
  assert.ok(parsed);
  return parsed;
}
const rawOf = (token: RefreshToken): Buffer => Buffer.from(token.text.slice(4), "base64url");

test("the first token of a session has generation 0, no parent and no attempt", () => {
  assert.match(first.text, /^hr1\.[A-Za-z0-9_-]{118}$/);
  assert.deepEqual(
    { ...first },
    {
      hash: first.hash,
      keyId: newKeyId,
      sessionId,
      generation: 0,
      parentTag: "",
      attemptTag: "",
    },
  );
});

test("a token parses to what it was made as", () => {
  const child = childOf(first, "attempt-2");
  for (const token of [first, child, childOf(child, "made up", newKeyId, true)]) {
    const parsed = tokens.parse(token.text);
    assert.ok(parsed);
    assert.deepEqual({ ...parsed, text: parsed.text }, { ...token, text: token.text });
  }
});

test("a child knows its parent and its attempt, and is one generation further", () => {
  const child = childOf(first, "attempt-2");
  assert.equal(child.generation, 1);
  assert.equal(child.sessionId, sessionId);
  assert.equal(child.parentTag, parentTagOf(first.hash));
  assert.equal(child.attemptTag, attemptTag(sessionId, "attempt-2"));
  assert.notEqual(child.attemptTag, "");
  assert.equal(childOf(first, "attempt-2", newKeyId, true).attemptTag, "");
});

test("I4: the same token and attempt give the same child, on any node", () => {
  const elsewhere = createRefreshTokens(createSecrets([older, newer]));
  const parsed = elsewhere.parse(first.text);
  assert.ok(parsed);
  const child = childOf(first, "attempt-2");
  assert.equal(childOf(first, "attempt-2").text, child.text);
  assert.equal(
    elsewhere.child({
      keyId: newKeyId,
      parent: parsed,
      attempt: "attempt-2",
      tag: attemptTag(sessionId, "attempt-2"),
    }),
    child.text,
  );
  const again = elsewhere.first({ keyId: newKeyId, sessionId, code: "code-1", attempt: "attempt-1" });
  assert.equal(again.text, first.text);
});

test("another attempt, parent, session, code or secret gives another token", () => {
  const base = { keyId: newKeyId, sessionId, code: "code-1", attempt: "attempt-1" };
  const texts = [
    first,
    tokens.first({ ...base, keyId: oldKeyId }),
    tokens.first({ ...base, sessionId: newSessionId(systemRandom, 0) }),
    tokens.first({ ...base, code: "code-2" }),
    tokens.first({ ...base, attempt: "attempt-2" }),
    tokens.first({ ...base, code: "code-1a", attempt: "ttempt-1" }),
    childOf(first, "a"),
    childOf(first, "b"),
    childOf(first, "a", oldKeyId),
    childOf(childOf(first, "a"), "a"),
    childOf(childOf(first, "b"), "a"),
  ].map((token) => rawOf(token).toString("hex", 40, 72));
  assert.equal(new Set(texts).size, texts.length);
});

test("the tags alone do not make a child: the parent's secret decides", () => {
  const other = tokens.first({ keyId: newKeyId, sessionId, code: "code-2", attempt: "attempt-1" });
  assert.notDeepEqual(rawOf(childOf(first, "a")).subarray(40, 72), rawOf(childOf(other, "a")).subarray(40, 72));
});

test("any flipped bit is refused", () => {
  const bytes = rawOf(childOf(first, "a"));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const bad = Buffer.from(bytes);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(tokens.parse(`hr1.${bad.toString("base64url")}`), undefined);
  }
});

test("a token cut or extended by any number of characters, at either end, is refused", () => {
  const { text } = first;
  for (let count = 1; count <= text.length; count++) {
    assert.equal(tokens.parse(text.slice(0, -count)), undefined);
    assert.equal(tokens.parse(text.slice(count)), undefined);
    assert.equal(tokens.parse(text + "A".repeat(count)), undefined);
    assert.equal(tokens.parse(text + text.slice(0, count)), undefined);
  }
});

test("another spelling of the same bytes is refused", () => {
  const { text } = first;
  const last = text.slice(-1);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const other of alphabet.replace(last, "")) assert.equal(tokens.parse(text.slice(0, -1) + other), undefined);
  for (const bad of [
    `${text}=`,
    `${text}==`,
    `${text}\n`,
    ` ${text}`,
    text.replace("hr1.", "HR1."),
    text.replace("hr1.", "hr2."),
    text.slice(4),
  ]) {
    assert.equal(tokens.parse(bad), undefined);
  }
  const standard = Buffer.from(text.slice(4), "base64url").toString("base64");
  if (/[+/]/.test(standard)) assert.equal(tokens.parse(`hr1.${standard.replace(/=+$/, "")}`), undefined);
});

test("the session id of another session cannot be put in", () => {
  const bytes = rawOf(first);
  rawOf(tokens.first({ keyId: newKeyId, sessionId: newSessionId(systemRandom, 0), code: "c", attempt: "a" })).copy(
    bytes,
    4,
    4,
    20,
  );
  assert.equal(tokens.parse(`hr1.${bytes.toString("base64url")}`), undefined);
});

test("garbage is no token, and never an exception", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => tokens.parse(text) === undefined));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 84, maxLength: 84 }), (bytes) => {
      const known = Buffer.concat([Buffer.from(newKeyId, "base64url"), bytes]);
      return tokens.parse(`hr1.${known.toString("base64url")}`) === undefined;
    }),
  );
});

test("an old secret's tokens are read as long as it is listed, and their children move to the new one", () => {
  const before = createRefreshTokens(createSecrets([older]));
  const old = before.first({ keyId: oldKeyId, sessionId, code: "code", attempt: "attempt" });
  const parsed = tokens.parse(old.text);
  assert.ok(parsed);
  assert.equal(parsed.keyId, oldKeyId);
  const child = childOf(parsed, "attempt-2");
  assert.equal(child.keyId, newKeyId);
  const after = createRefreshTokens(createSecrets([newer]));
  assert.equal(after.parse(old.text), undefined);
  assert.equal(after.parse(child.text)?.text, child.text);
  assert.equal(before.parse(child.text), undefined);
});

test("an unknown secret, or a parent from nowhere, is a mistake", () => {
  assert.throws(() => childOf(first, "a", "AAAAAA"), TypeError);
  assert.throws(() => tokens.first({ keyId: "", sessionId, code: "c", attempt: "a" }), TypeError);
  assert.throws(() => childOf({ ...first }, "a"), TypeError);
});

test("printing a token shows neither its text nor its secret", () => {
  const secret = rawOf(first).subarray(40, 72);
  const shown = inspect(first, { depth: 9 }) + JSON.stringify(first) + inspect({ ...first });
  for (const hidden of [first.text, secret.toString("hex"), secret.toString("base64url").slice(0, 20)]) {
    assert.equal(shown.includes(hidden), false);
  }
});

test("attempt tags are short, never empty, and belong to their session", () => {
  assert.match(attemptTag(sessionId, ""), /^[A-Za-z0-9_-]{11}$/);
  assert.notEqual(attemptTag(sessionId, "a"), attemptTag(newSessionId(systemRandom, 0), "a"));
  assert.notEqual(attemptTag(sessionId, "a"), attemptTag(sessionId, "b"));
});
