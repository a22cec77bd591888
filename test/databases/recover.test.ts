import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type TestContext } from "node:test";
import { systemRandom } from "../../server/src/core/random.ts";
import { openStoreAsItIs } from "../../server/src/hufu/database/maintenance.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import { type Kept, recover } from "../../server/src/session/upkeep/recover.ts";
import { createSealedBox } from "../../server/src/token/sealing/sealed-box.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import {
  ASKER,
  BAKERY,
  CINEMA,
  freshAttempt,
  type Held,
  openStack,
  rowsOf,
  type Stack,
  secretNamed,
} from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";

const OPS = { by: "ops:1" };

/** A copy of the database as it is, and a way to put it back. */
function backup(t: TestContext, { file }: Stack): () => void {
  const folder = mkdtempSync(join(tmpdir(), "hufu-backup-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, "copy.db");
  const database = new DatabaseSync(file, { timeout: 30_000 });
  database.prepare("vacuum into ?").run(copy);
  database.close();
  return () => restore(file, copy);
}

/** Row by row and in one transaction, so that nodes may run meanwhile, as they may beside a database server. */
function restore(file: string, copy: string): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 30_000 });
  database.prepare("attach ? as backup").run(copy);
  database.exec("begin immediate");
  for (const { name } of database.prepare("select name from backup.sqlite_master where type = 'table'").all()) {
    if (name === "sqlite_sequence") continue;
    database.exec(`delete from main."${name}"; insert into main."${name}" select * from backup."${name}"`);
  }
  database.exec("commit");
  database.close();
}

async function recovered(stack: Stack, keep: Partial<Kept> = {}): Promise<void> {
  const store = await openStoreAsItIs(`sqlite:${stack.file}`, 86_400_000, stack.clock);
  const box = createSealedBox(createSecrets([secretNamed("the stack")]), systemRandom);
  const context = { store, box, algorithm: "ES256", longestAccessMs: 86_400_000 } as const;
  await recover(context, { sessions: false, keys: false, ...keep }, OPS);
  // More than was lost, before anybody reads: by its number alone the outbox looks like the old one that went on.
  for (let time = 0; time < 12; time += 1) await store.revocations.append({ jti: `${time}`, why: "logged_out" });
  await store.close();
}

interface Story {
  readonly stack: Stack;
  /** Signed in before the backup and was kicked after it. */
  readonly kicked: Held;
  /** Signed in before the backup and went on after it. */
  readonly wentOn: Held;
  /** Signed in before the backup and did not come since. */
  readonly quiet: Held;
  /** Came after the backup, when the policy version was far ahead of it. */
  readonly later: Held;
  readonly restore: () => void;
}

async function story(t: TestContext): Promise<Story> {
  const stack = await openStack(t);
  const kicked = await stack.signIn("alice");
  const quiet = await stack.signIn("carol");
  const bob = await stack.signIn("bob");
  await stack.pass(1000);
  const restored = backup(t, stack);

  await stack.hufu.sessions.kick(kicked.sid);
  let wentOn: Held = bob;
  for (let time = 0; time < 2; time += 1) wentOn = await stack.refresh(wentOn.refresh, { attemptId: freshAttempt() });
  for (let time = 0; time < 5; time += 1) await stack.hufu.revokeApp(CINEMA, { reason: "so that pol grows" });
  const later = await stack.signIn("dave");
  await stack.pass(1000);
  assert.equal(await guardSays(stack.hufu, kicked.access), "token_revoked kicked");
  return { stack, kicked, wentOn, quiet, later, restore: restored };
}

async function nothingRevives({ stack, kicked, wentOn, quiet, later }: Story, nodes: readonly Hufu[]): Promise<void> {
  for (const node of nodes) {
    for (const held of [kicked, wentOn, quiet, later]) {
      // A node that has read of an end keeps it; one that was started since knows the reset.
      const said = await guardSays(node, held.access);
      assert.ok(said === "token_revoked reset" || (held === kicked && said === "token_revoked kicked"), said);
      for (const token of [held.access, held.refresh]) {
        assert.deepEqual(await node.protocol.introspect(token, ASKER), { active: false });
      }
    }
    for (const held of [kicked, wentOn, quiet]) {
      assert.equal(await verdictOf(() => stack.refresh(held.refresh, {}, node)), "session_expired");
    }
    assert.equal(await verdictOf(() => stack.refresh(later.refresh, {}, node)), "refresh_token_invalid");
  }
}

test("after a restore and a recovery nothing revives, on nodes that run, after a restart, and people sign in again", async (t) => {
  const told = await story(t);
  const { stack } = told;
  const other = await stack.node();
  told.restore();
  await recovered(stack);
  await stack.pass(1000);
  await nothingRevives(told, [stack.hufu, other]);

  const back = await stack.signIn("alice");
  for (const node of [stack.hufu, other]) assert.equal(await guardSays(node, back.access), "ok");
  assert.equal(await verdictOf(() => stack.refresh(back.refresh)), "ok");
  await stack.reopen();
  await nothingRevives(told, [stack.hufu, other]);
  assert.equal(await guardSays(stack.hufu, back.access), "ok");

  await stack.hufu.sessions.kick(back.sid);
  await stack.pass(1000);
  assert.equal(await guardSays(other, back.access), "token_revoked kicked", "what is revoked now is heard");
  const records = rowsOf(stack, "hufu_audit", { action: "recover" }) ?? [];
  assert.deepEqual(
    records.map(({ actor, detail }) => [actor, detail]),
    [["ops:1", '{"keep_sessions":false,"keep_keys":false}']],
  );
});

test("without a recovery a running node keeps the ends it has read and names the loss; one that starts cannot", async (t) => {
  const told = await story(t);
  told.restore();
  await told.stack.pass(1000);
  assert.equal(await guardSays(told.stack.hufu, told.kicked.access), "token_revoked kicked");
  const { ready, checks } = await told.stack.hufu.ready();
  assert.equal(ready, true);
  assert.match(checks["outbox"] ?? "", /^entries 3, 4, .* lost; run hufu recover$/);
  assert.equal(told.stack.hufu.notices.counts().entries_lost, 1);
  await told.stack.reopen();
  assert.equal(await guardSays(told.stack.hufu, told.kicked.access), "ok");
});

test("a recovery that keeps sessions lets those of the backup go on, and anyone who refreshed since signs in again", async (t) => {
  const { stack, kicked, wentOn, quiet, later, restore: restored } = await story(t);
  restored();
  await recovered(stack, { sessions: true, keys: true });
  await stack.pass(1000);
  assert.equal(await verdictOf(() => stack.refresh(quiet.refresh)), "ok");
  assert.equal(await verdictOf(() => stack.refresh(kicked.refresh)), "ok", "the kick is lost with what came after");
  assert.equal(await verdictOf(() => stack.refresh(wentOn.refresh)), "refresh_token_reused");
  assert.equal(await verdictOf(() => stack.refresh(later.refresh)), "refresh_token_invalid");
  assert.equal((await stack.hufu.protocol.introspect(later.access, ASKER)).active, false);
  await stack.hufu.revokeApp(BAKERY, { reason: "after all" });
  assert.equal(await guardSays(stack.hufu, later.access), "token_revoked reset", "later levers reach what came before");
});

/** A key signs, a backup is made, the key is revoked, and the backup is restored. */
async function revokedKeyReturns(t: TestContext) {
  const stack = await openStack(t);
  const stolen = await stack.signIn("mallory");
  await stack.pass(1000);
  const restored = backup(t, stack);
  const [{ kid } = { kid: "" }] = (await stack.hufu.keys.list()).filter(({ stage }) => stage === "signing");
  assert.equal(await stack.hufu.keys.revoke(kid, OPS), true);
  await stack.pass(1000);
  restored();
  return { stack, stolen, kid };
}

for (const sessions of [false, true]) {
  test(`a key that was revoked after the backup signs nothing after a recovery, sessions kept: ${sessions}`, async (t) => {
    const { stack, stolen, kid } = await revokedKeyReturns(t);
    await recovered(stack, { sessions });
    await stack.reopen();
    const stages = new Map((await stack.hufu.keys.list()).map((key) => [key.kid, key.stage]));
    assert.equal(stages.get(kid), "revoked");
    assert.equal([...stages.values()].filter((stage) => stage === "signing").length, 1);
    assert.equal(await guardSays(stack.hufu, stolen.access), "token_revoked reset");
    assert.deepEqual(await stack.hufu.protocol.introspect(stolen.access, ASKER), { active: false });
    if (sessions) {
      const next = await stack.refresh(stolen.refresh);
      assert.equal(
        await guardSays(stack.hufu, next.access),
        "ok",
        "a session that is kept is signed for by the new key",
      );
    }
    assert.equal(await guardSays(stack.hufu, (await stack.signIn("alice")).access), "ok");
    const revoked = rowsOf(stack, "hufu_audit", { action: "key.revoke" }) ?? [];
    assert.deepEqual(
      revoked.map(({ actor, detail }) => [actor, detail]),
      [["ops:1", JSON.stringify({ kid })]],
    );
  });
}

test("a recovery that keeps keys revokes none and makes none", async (t) => {
  const { stack, stolen, kid } = await revokedKeyReturns(t);
  await recovered(stack, { sessions: true, keys: true });
  await stack.reopen();
  assert.deepEqual(
    (await stack.hufu.keys.list()).map((key) => [key.kid, key.stage]),
    [[kid, "signing"]],
  );
  assert.equal(await guardSays(stack.hufu, stolen.access), "ok");
});
