import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changed, emptySession, parseSession, type StoredSession } from "./stored-session.ts";

const full: StoredSession = {
  ...emptySession("d1"),
  access: "a",
  refresh: "r",
  attempt: "x",
  until: 5,
  life: 6,
  user: { id: "u_1", externalId: null, roles: [] },
  signIn: { code: "c", attempt: "y", at: 7 },
  ended: "session_kicked",
  leaving: "r0",
};

test("what was kept is read back", () => {
  for (const kept of [full, emptySession("d2"), changed(full, { access: null })]) {
    assert.deepEqual(parseSession(JSON.stringify(kept)), kept);
  }
});

test("a member that is missing or of another type makes it rubbish", () => {
  for (const name of Object.keys(full)) {
    const { [name as keyof StoredSession]: _, ...rest } = full;
    assert.equal(parseSession(JSON.stringify(rest)), undefined, `without ${name}`);
    assert.equal(parseSession(JSON.stringify({ ...full, [name]: true })), undefined, `${name} of another type`);
  }
});

test("no text makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseSession(text)));
  assert.equal(parseSession(undefined), undefined);
});
