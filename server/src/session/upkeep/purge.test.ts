import assert from "node:assert/strict";
import { test } from "node:test";
import { newSessionId, type SessionId } from "../../core/ids.ts";
import type { Kept, PurgeStore } from "../../store/purge.ts";
import { bytesFrom, numbersFrom } from "../refresh/simulated-line.fixture.ts";
import { createPurge } from "./purge.ts";

const random = bytesFrom(numbersFrom(7));
const retention = { sessionsMs: 30, auditMs: 400, webhooksMs: 14 };

type Kind = "revocations" | "audit" | "tickets" | "webhooks";

/** A store with so many pages of sessions, and so much of the rest; notes what it is asked. */
function store(pages: number, rest: Partial<Record<Kind, number>> = {}) {
  const places: SessionId[] = Array.from({ length: pages - 1 }, () => newSessionId(random, 0));
  const asked: unknown[] = [];
  const left = { revocations: 0, audit: 0, tickets: 0, webhooks: 0, ...rest };
  const take = (kind: Kind, keptMs: number, limit: number): number => {
    asked.push([kind, keptMs]);
    const taken = Math.min(limit, left[kind]);
    left[kind] -= taken;
    return taken;
  };
  const purge: PurgeStore = {
    async sessions(keptMs, limit, after) {
      const index = after === null ? 0 : places.indexOf(after) + 1;
      asked.push(["sessions", keptMs, index]);
      return { purged: limit, next: places[index] ?? null };
    },
    revocations: async (keptMs, limit) => take("revocations", keptMs, limit),
    audit: async (keptMs, limit) => take("audit", keptMs, limit),
    tickets: async (keptMs, limit) => take("tickets", keptMs, limit),
    webhooks: async (keptMs, limit) => take("webhooks", keptMs, limit),
    async count(kept: Kept) {
      asked.push(kept);
      return { sessions: 1, revocations: 2, audit: 3, tickets: 4, webhooks: 5 };
    },
  };
  const pagesAsked = () => asked.flatMap((one) => (Array.isArray(one) && one[0] === "sessions" ? [one[2]] : []));
  return { purge, asked, places, pagesAsked };
}

test("everything goes, in batches with a pause between them, each kind by its own age", async () => {
  const { purge, asked, pagesAsked } = store(3, { revocations: 220, audit: 100, tickets: 150, webhooks: 7 });
  const pauses: number[] = [];
  const told: number[] = [];
  const everything = createPurge({ store: purge, retention, pause: async (ms) => void pauses.push(ms) });
  assert.deepEqual(await everything.everything((_, batches) => told.push(batches)), {
    sessions: 300,
    revocations: 220,
    audit: 100,
    tickets: 150,
    webhooks: 7,
  });
  assert.deepEqual(pagesAsked(), [0, 1, 2]);
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.equal(pauses.length, 10);
  assert.ok(pauses.every((ms) => ms > 0));
  assert.deepEqual(asked[0], ["revocations", 3_600_000]);
  assert.deepEqual(asked[3], ["tickets", 86_400_000]);
  assert.deepEqual(asked[5], ["webhooks", 14]);
  assert.deepEqual(asked[6], ["audit", 400]);
  assert.deepEqual(await everything.count(), { sessions: 1, revocations: 2, audit: 3, tickets: 4, webhooks: 5 });
  assert.deepEqual(asked.at(-1), { ...retention, revocationsMs: 3_600_000, ticketsMs: 86_400_000 });
});

test("a round is bounded, and the next one goes on where it stopped, to the end and from the first again", async () => {
  const { purge, pagesAsked } = store(1050);
  const { round } = createPurge({ store: purge, retention, pause: async () => undefined });
  await round();
  const first = pagesAsked();
  assert.deepEqual(
    first,
    Array.from({ length: 996 }, (_, index) => index),
  );
  await round();
  assert.deepEqual(
    pagesAsked().slice(996),
    Array.from({ length: 54 }, (_, index) => 996 + index),
  );
  await round();
  assert.equal(pagesAsked()[1050], 0);
});

test("a round may begin anywhere, and ends when it is told to", async () => {
  const { purge, places, pagesAsked } = store(9);
  const stop = new AbortController();
  const pause = async (): Promise<void> => {
    if (pagesAsked().length === 2) {
      stop.abort();
      throw new Error("aborted");
    }
  };
  const { round } = createPurge({ store: purge, retention, pause, from: places[3] });
  await round(stop.signal);
  // The batch before which it was told may still be done.
  assert.deepEqual(pagesAsked(), [4, 5, 6]);
});

test("a store that is away fails the round, and the next one begins where this one did", async () => {
  const { purge, pagesAsked } = store(9);
  let down = true;
  const failing: PurgeStore = {
    ...purge,
    async sessions(...args) {
      if (down && args[2] !== null) throw new Error("the database is away");
      return purge.sessions(...args);
    },
  };
  const { round } = createPurge({ store: failing, retention, pause: async () => undefined });
  await assert.rejects(round(), /away/);
  down = false;
  await round();
  assert.deepEqual(pagesAsked(), [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
});
