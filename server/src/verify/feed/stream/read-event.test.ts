import assert from "node:assert/strict";
import { test } from "node:test";
import { newSessionId, newUserId } from "../../../core/ids.ts";
import { systemRandom } from "../../../core/random.ts";
import { readEvent } from "./read-event.ts";

const UNTIL = 1_790_000_000;
const sid = newSessionId(systemRandom, 0);
const sub = newUserId(systemRandom, 0);

function revoke(data: unknown, id: string | undefined = "3.1842") {
  return readEvent({ event: "revoke", data: typeof data === "string" ? data : JSON.stringify(data), id });
}

const ENTRIES = [
  { sid, why: "kicked" },
  { sub, ver: 7, why: "roles_changed" },
  { role: "admin", pol: 12, permissions: ["order:read:all", "stock:*"] },
  { jti: "j", why: "logged_out" },
  { kid: "k", why: "key_compromised" },
  { all: true, pol: 13, why: "reset" },
  { client_id: "wx-shop", pol: 13, why: "reset" },
] as const;

test("every kind of entry is read, its end in milliseconds", () => {
  for (const entry of ENTRIES) {
    const event = revoke({ ...entry, until: UNTIL });
    assert.ok(event.kind === "revoke");
    assert.deepEqual(event.entry, { revocation: entry, until: UNTIL * 1000 });
    assert.deepEqual(event.cursor, { epoch: 3, number: 1842 });
  }
});

test("an entry with a member too few or too many is not understood", () => {
  for (const entry of ENTRIES) {
    const whole = { ...entry, until: UNTIL };
    assert.throws(() => revoke({ ...whole, only_on: "sundays" }), { kind: "not_understood" });
    for (const name of Object.keys(whole)) {
      const members = Object.entries(whole).filter(([other]) => other !== name);
      assert.throws(() => revoke(Object.fromEntries(members)), { kind: "not_understood" }, `${name} is missing`);
    }
  }
});

test("a value that is not one of those known is not understood", () => {
  for (const wrong of [
    { sid: "s_short", why: "kicked", until: UNTIL },
    { sid, why: "in_a_new_way", until: UNTIL },
    { sid, why: "kicked", until: UNTIL * 1000 },
    { sid, why: "kicked", until: 1.5 },
    { sid, why: "kicked", until: -1 },
    { sid, why: "kicked", until: String(UNTIL) },
    { sub: sid, ver: 7, why: "banned", until: UNTIL },
    { sub, ver: "7", why: "banned", until: UNTIL },
    { sub, ver: 7, why: "Not a word", until: UNTIL },
    { role: "admin", pol: 12, permissions: "order:read", until: UNTIL },
    { role: "admin", pol: 12, permissions: [1], until: UNTIL },
    { role: "admin", pol: 12, permissions: ["no permission"], until: UNTIL },
    { role: "", pol: 12, permissions: [], until: UNTIL },
    { jti: "j".repeat(300), why: "logged_out", until: UNTIL },
    { all: 1, pol: 13, why: "reset", until: UNTIL },
    { device: "d", why: "lost", until: UNTIL },
    [],
    "no JSON",
    `{"jti":"a","jti":"b","why":"logged_out","until":${UNTIL}}`,
  ]) {
    assert.throws(() => revoke(wrong), { name: "FeedFault", kind: "not_understood" }, JSON.stringify(wrong));
  }
});

test("a cursor is epoch.number and nothing else", () => {
  const entry = { jti: "j", why: "logged_out", until: UNTIL };
  assert.ok(revoke(entry, "0.0"));
  for (const id of ["", "3", "3.", ".3", "3.1.2", "03.1", "3.01", "-3.1", "3.1e3", " 3.1", "3.9999999999999999"]) {
    assert.throws(() => revoke(entry, id), { kind: "not_understood" }, id);
  }
  assert.throws(() => readEvent({ event: "revoke", data: JSON.stringify(entry), id: undefined }), {
    kind: "not_understood",
  });
});

test("reset and ready are understood with and without what a server tells beside them", () => {
  for (const data of ["", "{}", '{"epoch":4}']) {
    assert.deepEqual(readEvent({ event: "reset", data, id: undefined }), { kind: "reset" });
    assert.deepEqual(readEvent({ event: "ready", data, id: undefined }), { kind: "ready", cursor: undefined });
  }
  const cursor = { epoch: 3, number: 9 };
  assert.deepEqual(readEvent({ event: "ready", data: '{"cursor":"3.9"}', id: undefined }), { kind: "ready", cursor });
  assert.deepEqual(readEvent({ event: "ready", data: "{}", id: "3.9" }), { kind: "ready", cursor });
  assert.throws(() => readEvent({ event: "ready", data: '{"cursor":3.9}', id: undefined }), { kind: "not_understood" });
});

test("a beat has a cursor and a time", () => {
  const beat = (data: object) => readEvent({ event: "beat", data: JSON.stringify(data), id: undefined });
  assert.deepEqual(beat({ cursor: "3.9", at: UNTIL }), { kind: "beat", cursor: { epoch: 3, number: 9 }, at: UNTIL });
  for (const data of [{}, { cursor: "3.9" }, { at: UNTIL }, { cursor: "x", at: UNTIL }, { cursor: "3.9", at: "now" }]) {
    assert.throws(() => beat(data), { kind: "not_understood" });
  }
});

test("an event of another name is not understood", () => {
  for (const event of ["message", "Revoke", "revoke ", "unrevoke"]) {
    assert.throws(() => readEvent({ event, data: "{}", id: "3.9" }), { kind: "not_understood" });
  }
});
