import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionId } from "../../../../core/ids.ts";
import { factsById, type MaybeFactsRow } from "./mint-facts.ts";

const missing = { id: null } as MaybeFactsRow;
const ids = ["s_one", "s_two"] as SessionId[];

test("a row without a session says that there is no such session, a missing row says nothing", () => {
  assert.deepEqual(factsById(ids, [missing, missing]), new Map(ids.map((id) => [id, undefined])));
  assert.throws(() => factsById(ids, [missing]), /1 rows for 2 sessions/);
  assert.throws(() => factsById(ids, []), /0 rows for 2 sessions/);
});
