import assert from "node:assert/strict";
import { test } from "node:test";
import { createReadiness, lostEntries, type ReadinessOptions } from "./readiness.ts";

const never = new Promise<never>(() => undefined);

function readiness(
  changes: Partial<ReadinessOptions> & { readonly silentMs?: number; readonly lost?: readonly number[] },
) {
  const { silentMs = 0, lost = [], ...options } = changes;
  return createReadiness({
    store: { ping: async () => undefined, writes: { areFailing: () => false, probe: async () => undefined } },
    follower: { readAt: () => -silentMs, lost: () => lost },
    clock: { now: () => 0, monotonic: () => 0 },
    canSign: () => true,
    clockCheck: () => "ok",
    hotCheck: async () => ({ text: "ok", isMistaken: false }),
    droppedLines: () => 0,
    auditLagMs: () => 1500,
    ...options,
  });
}
const healthy = { areFailing: () => false, probe: async () => undefined };

test("a node that is fit says so in every check", async () => {
  const { ready, checks } = await readiness({})();
  assert.equal(ready, true);
  assert.deepEqual([...new Set(Object.values(checks))], ["ok"]);
});

test("a database that does not answer in time is judged by the last reading", async () => {
  const frozen = { ping: () => never, writes: healthy };
  assert.equal((await readiness({ store: frozen, silentMs: 1000 })()).ready, true);
  const late = await readiness({ store: frozen, silentMs: 4000 })();
  assert.deepEqual([late.ready, late.checks["database"]], [false, "does not answer"]);
});

test("a database that refuses is not ready at once", async () => {
  const refusing = { ping: () => Promise.reject(new Error("refused")), writes: healthy };
  assert.equal((await readiness({ store: refusing })()).ready, false);
});

test("a silent database is asked once, however often readiness is", async () => {
  let asked = 0;
  const frozen = {
    ping: () => {
      asked += 1;
      return never;
    },
    writes: healthy,
  };
  const ask = readiness({ store: frozen, silentMs: 4000 });
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  assert.equal(asked, 1);
});

test("failing writes, lost entries and a silent Redis are told, and leave the node in", async () => {
  const failing = { areFailing: () => true, probe: async () => undefined };
  const ask = readiness({
    store: { ping: async () => undefined, writes: failing },
    lost: [17, 18],
    hotCheck: () => never,
    droppedLines: () => 3,
    auditLagMs: () => 31_000,
  });
  const { ready, checks } = await ask();
  assert.equal(ready, true);
  assert.equal(checks["writes"], "failing");
  assert.equal(checks["outbox"], "entries 17, 18 lost; run hufu recover");
  assert.equal(checks["hot"], "does not answer");
  assert.equal(checks["audit"], "a record waits 31 s to be chained");
  assert.match(checks["log"] ?? "", /^3 lines dropped/);
});

test("many lost entries are named in short", () => {
  assert.equal(lostEntries([4]), "entry 4");
  assert.equal(
    lostEntries(Array.from({ length: 12 }, (_, index) => index + 1)),
    "entries 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more",
  );
});
