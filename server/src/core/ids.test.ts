import assert from "node:assert/strict";
import { test } from "node:test";
import { newSessionId, newUserId, parseSessionId, parseUserId, sessionIdToBytes } from "./ids.ts";
import { systemRandom } from "./random.ts";

const NOW = 1_790_000_000_123;

test("an id begins with the milliseconds of its making, and ten random bytes follow", () => {
  const bytes = sessionIdToBytes(newSessionId(() => Buffer.alloc(16, 0xab), NOW));
  assert.equal(bytes.readUIntBE(0, 6), NOW);
  assert.equal(bytes.toString("hex", 6), "ab".repeat(10));
});

test("ids of one moment differ, and have the shape that is read again", () => {
  const sessions = Array.from({ length: 1000 }, () => newSessionId(systemRandom, NOW));
  const users = Array.from({ length: 1000 }, () => newUserId(systemRandom, NOW));
  assert.equal(new Set([...sessions, ...users]).size, 2000);
  assert.ok(sessions.every((id) => parseSessionId(id) === id) && users.every((id) => parseUserId(id) === id));
});

test("ids of a second lie together in an index that compares text", () => {
  const at = (ms: number) => newUserId(systemRandom, ms);
  const earlier = Array.from({ length: 64 }, (_, place) => at(NOW - 3_600_000 - place));
  const now = Array.from({ length: 64 }, (_, place) => at(NOW + place));
  const later = Array.from({ length: 64 }, (_, place) => at(NOW + 3_600_000 + place));
  const kinds = [...earlier, ...now, ...later].toSorted().map((id) => (now.includes(id) ? "now" : "other"));
  assert.equal(kinds.lastIndexOf("now") - kinds.indexOf("now"), 63);
});

test("a clock that says nothing sensible still gives an id", () => {
  for (const ms of [-1, 0.5, 2 ** 48, Number.MAX_SAFE_INTEGER]) {
    const id = newSessionId(systemRandom, ms);
    assert.equal(parseSessionId(id), id);
  }
});
