import assert from "node:assert/strict";
import type { AuditStore } from "../audit.ts";
import { type AuditLink, type ChainPlace, linkHash, personalHash } from "../audit-chain.ts";
import type { AuditRecord, StoredAuditRecord } from "../records.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, CLOSE, sampleSessionId, sampleUserId, signIn } from "./sample-sign-in.ts";

/** The promises of `AuditStore`. */
export const auditStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a record is read back as it was written, with its place and time",
    async run({ open }) {
      const { audit, keys } = await open();
      const { now } = await keys.list();
      const full: AuditRecord = {
        action: "user.ban",
        userId: sampleUserId(),
        sid: sampleSessionId(),
        app: "wx_one",
        actor: "client:orders-api",
        why: "banned",
        rule: "perDeviceType",
        requestId: "req-1",
        personal: { address: "203.0.113.7" },
        detail: { reason: "垃圾信息", count: 3, first: true, until: null },
      };
      await audit.append([full]);
      await audit.append([{ action: "key.add", actor: "system" }]);
      const [bare, read] = await audit.list({ limit: 10 });
      const { id, at, seq, ...record } = read ?? assert.fail("no record");
      assert.deepEqual(record, full);
      assert.ok(at >= now);
      assert.deepEqual(Object.keys(bare ?? {}).toSorted(), ["action", "actor", "at", "id", "seq"]);
      assert.equal(seq, null);
      assert.ok((bare?.id ?? 0) > id);
    },
  },
  {
    name: "records are listed newest first, by user, by action, by both, at most as many as asked",
    async run({ open }) {
      const { audit } = await open();
      const [one, two] = [sampleUserId(), sampleUserId()];
      const record = (userId: typeof one, action: string, requestId: string): AuditRecord => ({
        action,
        userId,
        actor: "user",
        requestId,
      });
      await audit.append([record(one, "a", "1"), record(two, "a", "2"), record(one, "b", "3")]);
      await audit.append([]);
      await audit.append([record(one, "a", "4")]);
      const order = async (filter: Parameters<typeof audit.list>[0]) =>
        (await audit.list(filter)).map(({ requestId }) => requestId).join("");
      assert.equal(await order({ limit: 10 }), "4321");
      assert.equal(await order({ limit: 2 }), "43");
      assert.equal(await order({ userId: one, limit: 10 }), "431");
      assert.equal(await order({ action: "a", limit: 10 }), "421");
      assert.equal(await order({ userId: one, action: "a", limit: 10 }), "41");
      assert.equal(await order({ userId: sampleUserId(), limit: 10 }), "");
    },
  },
  {
    name: "nothing that is appended at once is lost",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      await atOnce(20, (index) =>
        nodes[index % 2 === 0 ? 0 : 1].audit.append([{ action: `a${index}`, actor: "user" }]),
      );
      const records = await nodes[0].audit.list({ limit: 100 });
      assert.equal(new Set(records.map(({ action }) => action)).size, 20);
      assert.equal(new Set(records.map(({ id }) => id)).size, 20);
    },
  },
  {
    name: "a record is the same before and after it was chained, and pages of a list neither repeat nor skip one",
    async run({ open }) {
      const { audit } = await open();
      const userId = sampleUserId();
      for (let index = 0; index < 7; index += 1) {
        const personal = index % 2 === 0 ? { address: `203.0.113.${index}` } : undefined;
        await audit.append([{ action: "a", userId, actor: "user", requestId: `${index}`, personal }]);
      }
      const waiting = await audit.list({ limit: 10 });
      await audit.seal("one", 4);
      const both = await audit.list({ limit: 10 });
      assert.deepEqual(both.map(withoutSeq), waiting.map(withoutSeq));
      assert.deepEqual(
        both.map(({ seq }) => seq),
        [null, null, null, 4, 3, 2, 1],
      );
      const paged = [];
      for (let before: number | undefined; ; ) {
        const page = await audit.list({ userId, limit: 2, before });
        if (page.length === 0) break;
        paged.push(...page);
        before = page.at(-1)?.id;
      }
      assert.deepEqual(paged, both);
      assert.deepEqual(
        (await audit.list({ requestId: "2", limit: 9 })).map(({ seq }) => seq),
        [3],
      );
    },
  },
  {
    name: "a chain begins at 1, each link covers the one before, and the state says where it ends",
    async run({ open }) {
      const { audit } = await open();
      assert.deepEqual(await audit.state(), { head: FIRST, start: FIRST, waiting: 0 });
      assert.deepEqual(await audit.seal("one", 10), { sealed: 0, head: FIRST, waitedMs: 0 });
      await append(audit, 3);
      assert.equal((await audit.state()).waiting, 3);
      const { sealed, head } = await audit.seal("one", 2);
      assert.equal(sealed, 2);
      assert.deepEqual((await audit.state()).head, head);
      assert.equal((await audit.seal("one", 2)).sealed, 1);
      assert.equal((await audit.state()).waiting, 0);
      const links = await audit.links(0, 10);
      assert.deepEqual(
        links.map(({ seq }) => seq),
        [1, 2, 3],
      );
      assert.deepEqual(
        (await audit.links(1, 1)).map(({ seq }) => seq),
        [2],
      );
      assertChained(links, FIRST);
    },
  },
  {
    name: "sealers at once chain each record once, beside those that append",
    async run({ open }) {
      const nodes = [(await open()).audit, (await open()).audit] as const;
      await append(nodes[0], 40);
      const [seals] = await Promise.all([
        atOnce(12, (index) => nodes[index % 2 === 0 ? 0 : 1].seal(`node ${index % 2}`, 7)),
        append(nodes[1], 20),
      ]);
      assert.deepEqual(seals.failed, []);
      for (let sealed = 1; sealed > 0; ) {
        sealed = 0;
        for (const [index, audit] of nodes.entries()) sealed += (await audit.seal(`node ${index}`, 100)).sealed;
      }
      const links = await nodes[0].links(0, 100);
      assert.equal(links.length, 60);
      assert.equal(new Set(links.map(({ id }) => id)).size, 60);
      assertChained(links, FIRST);
    },
  },
  {
    name: "one sealer at a time; another takes over when its lease is over, and says how long records have waited",
    async run({ open, advance }) {
      const nodes = [(await open()).audit, (await open()).audit] as const;
      await append(nodes[0], 1);
      assert.equal((await nodes[0].seal("one", 10)).sealed, 1);
      await append(nodes[0], 1);
      await advance(9_999);
      const { sealed, waitedMs } = await nodes[1].seal("two", 10);
      assert.deepEqual([sealed, waitedMs], [0, 9_999]);
      await advance(1);
      assert.equal((await nodes[1].seal("two", 10)).sealed, 1);
      await append(nodes[0], 1);
      assert.equal((await nodes[0].seal("one", 10)).sealed, 0);
      assert.equal((await nodes[1].seal("two", 10)).sealed, 1);
    },
  },
  {
    name: "closing an account erases its personal fields, also of what was not chained yet, and the chain stays whole",
    async run({ open }) {
      const { audit, users, ...store } = await open();
      const alice = (await signIn({ audit, users, ...store })).facts.user.id;
      const bob = (await signIn({ audit, users, ...store }, { openid: "o_bob" })).facts.user.id;
      const record = (userId: typeof alice): AuditRecord => ({
        action: "session.start",
        userId,
        actor: "user",
        personal: { address: "203.0.113.7" },
      });
      await audit.append([record(alice), record(bob)]);
      await audit.seal("one", 10);
      await audit.append([record(alice), record(bob)]);
      const closing = { ...record(alice), action: "user.close" };
      await users.edit(alice, CLOSE, "user", () => ({ audit: [closing] }));
      assert.equal((await audit.links(0, 1))[0]?.personal, null, "at once");
      await audit.seal("one", 10);
      const links = await audit.links(0, 10);
      assert.deepEqual(
        links.map(({ userId, personal, personalHash }) => [
          userId === alice ? "alice" : "bob",
          personal !== null,
          personalHash !== null,
        ]),
        [
          ["alice", false, true],
          ["bob", true, true],
          ["alice", false, true],
          ["bob", true, true],
          ["alice", false, true],
        ],
      );
      assertChained(links, FIRST);
    },
  },
  {
    name: "a purge cuts the chain at its beginning, and what stays is whole",
    async run({ open, advance }) {
      const { audit, purge } = await open();
      await append(audit, 5);
      await audit.seal("one", 10);
      const cut = (await audit.links(2, 1))[0] ?? assert.fail("no link");
      await advance(1000);
      await append(audit, 2);
      await audit.seal("one", 10);
      assert.equal(await purge.audit(999, 3), 3);
      assert.deepEqual((await audit.state()).start, { seq: cut.seq, hash: cut.hash });
      assert.equal(await purge.audit(999, 3), 2);
      assert.equal(await purge.audit(999, 3), 0);
      const { start, head } = await audit.state();
      const links = await audit.links(0, 10);
      assert.deepEqual(
        links.map(({ seq }) => seq),
        [6, 7],
      );
      assertChained(links, start);
      assert.equal(links.at(-1)?.hash, head.hash);
    },
  },
];

/** Before the first link. */
const FIRST: ChainPlace = { seq: 0, hash: "" };

async function append(audit: AuditStore, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const personal = index % 3 === 0 ? { address: `203.0.113.${index}` } : undefined;
    await audit.append([{ action: "a", actor: "user", detail: { index }, personal }]);
  }
}

function assertChained(links: readonly AuditLink[], start: ChainPlace): void {
  let previous = start;
  for (const link of links) {
    assert.equal(link.seq, previous.seq + 1);
    assert.equal(link.hash, linkHash(previous.hash, link));
    if (link.personal !== null) {
      assert.equal(link.personalHash, personalHash(link.personal.salt, link.personal.fields));
    }
    previous = link;
  }
}

function withoutSeq({ seq: _seq, ...record }: StoredAuditRecord): object {
  return record;
}
