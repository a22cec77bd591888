import assert from "node:assert/strict";
import type { AuditRecord } from "../records.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, sampleSessionId, sampleUserId } from "./sample-sign-in.ts";

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
        requestId: "req-1",
        detail: { reason: "垃圾信息", count: 3, first: true, until: null },
      };
      await audit.append([full]);
      await audit.append([{ action: "key.add", actor: "system" }]);
      const [bare, read] = await audit.list({ limit: 10 });
      const { id, at, ...record } = read ?? assert.fail("no record");
      assert.deepEqual(record, full);
      assert.ok(at >= now);
      assert.deepEqual(Object.keys(bare ?? {}).toSorted(), ["action", "actor", "at", "id"]);
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
];
