import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../core/time/clock.ts";
import { openSqliteStore } from "../../store/sql/sqlite/open-sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import { verifyAudit } from "./verify-audit.ts";

const RECORDS = 7;

/** A store with a chain of seven records, and a second hand on its file. */
async function sealed(t: TestContext): Promise<{ readonly store: Store; readonly tamper: (sql: string) => void }> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-audit-"));
  const file = join(folder, "hufu.db");
  const store = await openSqliteStore({ file, clock: systemClock, entryLifeMs: 720_000 });
  const other = new DatabaseSync(file, { timeout: 30_000 });
  t.after(async () => {
    other.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let index = 1; index <= RECORDS; index += 1) {
    await store.audit.append([
      { action: "user.ban", actor: "u_admin", detail: { index }, personal: { address: `203.0.113.${index}` } },
    ]);
  }
  await store.audit.seal("test", 100);
  return { store, tamper: (sql) => other.exec(sql) };
}

const LAST = `select max(seq) from hufu_audit_chain`;
const COPY = `insert into hufu_audit_chain
  select (${LAST}) + 1, id, at, action, user_id, sid, app, actor, why, rule, request_id, detail, personal_hash, hash
  from hufu_audit_chain`;

/** What an attacker with access to the database did, and what the verification names. */
const TAMPERED: readonly (readonly [string, string, { readonly seq: number; readonly what: string }])[] = [
  ["a field was changed", "update hufu_audit_chain set actor = 'u_other' where seq = 4", { seq: 4, what: "changed" }],
  ["a text became none", "update hufu_audit_chain set detail = null where seq = 4", { seq: 4, what: "changed" }],
  ["a hash was changed", "update hufu_audit_chain set hash = 'x' where seq = 4", { seq: 4, what: "changed" }],
  ["a record was removed", "delete from hufu_audit_chain where seq = 4", { seq: 4, what: "missing" }],
  ["the first was removed", "delete from hufu_audit_chain where seq = 1", { seq: 1, what: "missing" }],
  [
    "a record was removed and the gap closed",
    "delete from hufu_audit_chain where seq = 4; update hufu_audit_chain set seq = seq - 1 where seq > 4",
    { seq: 4, what: "changed" },
  ],
  [
    "a record was inserted",
    `update hufu_audit_chain set seq = -seq where seq >= 4;
     update hufu_audit_chain set seq = 1 - seq where seq < 0; ${COPY} where seq = 2;
     update hufu_audit_chain set seq = 4 where seq = (${LAST})`,
    { seq: 4, what: "changed" },
  ],
  [
    "two records changed places",
    `update hufu_audit_chain set seq = -4 where seq = 4; update hufu_audit_chain set seq = 4 where seq = 5;
     update hufu_audit_chain set seq = 5 where seq = -4`,
    { seq: 4, what: "changed" },
  ],
  ["the end was cut", "delete from hufu_audit_chain where seq > 5", { seq: 6, what: "missing" }],
  ["a record was added at the end", `${COPY} where seq = 2`, { seq: 8, what: "changed" }],
  ["the note of the end was changed", "update hufu_audit_head set hash = 'x'", { seq: 7, what: "head" }],
  ["the note of the end was moved", "update hufu_audit_head set seq = 5", { seq: 6, what: "beyond" }],
  [
    "personal fields were changed",
    `update hufu_audit_personal set fields = '{"address":"192.0.2.1"}' where seq = 4`,
    { seq: 4, what: "personal" },
  ],
];

for (const [name, sql, fault] of TAMPERED) {
  test(`the first record that does not fit is named: ${name}`, async (t) => {
    const { store, tamper } = await sealed(t);
    const whole = await verifyAudit(store.audit);
    assert.deepEqual([whole.fault, whole.end.seq, whole.erased], [null, RECORDS, 0]);
    tamper(sql);
    assert.deepEqual((await verifyAudit(store.audit)).fault, fault);
  });
}

test("erased personal fields are no fault, and are counted", async (t) => {
  const { store, tamper } = await sealed(t);
  tamper("delete from hufu_audit_personal where seq in (2, 3)");
  const { fault, erased } = await verifyAudit(store.audit);
  assert.deepEqual([fault, erased], [null, 2]);
});

test("a cut end whose note was changed alike is found with a hash that was kept elsewhere, and only so", async (t) => {
  const { store, tamper } = await sealed(t);
  const { hash: head } = (await verifyAudit(store.audit)).end;
  const fifth = (await store.audit.links(4, 1))[0];
  assert.equal((await verifyAudit(store.audit, { head })).found?.seq, RECORDS);
  tamper(`delete from hufu_audit_chain where seq > 5; update hufu_audit_head set seq = 5, hash = '${fifth?.hash}'`);
  const cut = await verifyAudit(store.audit, { head });
  assert.deepEqual([cut.fault, cut.found], [null, null]);
  assert.equal((await verifyAudit(store.audit, { head: fifth?.hash })).found?.seq, 5);
});

test("a chain verifies while it grows and is purged, and says where it begins", async (t) => {
  const { store } = await sealed(t);
  const busy: Pick<Store["audit"], "links" | "state"> = {
    state: store.audit.state,
    async links(after, limit) {
      await store.audit.append([{ action: "a", actor: "user" }]);
      if (after < 9) await store.audit.seal("test", 100);
      // Everything is older than -1 ms; the third record of what there is stays.
      if (after === 0) await store.purge.audit(-1, 3);
      return store.audit.links(after, Math.min(limit, 2));
    },
  };
  const { fault, start, end } = await verifyAudit(busy);
  assert.equal(fault, null);
  assert.equal(start.seq, 3);
  assert.equal(end.seq, (await store.audit.state()).head.seq);
});
