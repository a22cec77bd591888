import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { until } from "../../../core/until.fixture.ts";
import { linkHash } from "../../../store/audit-chain.ts";
import { actor } from "../../actor.ts";
import { serving, stack } from "../../maintained-hufu.fixture.ts";

const PERSONAL = ["--show-personal", "--reason", "asked"];
const NAME = "new\nline\u202e";

/** A server that has written some records, all of them chained. */
async function audited(t: TestContext) {
  const where = await stack(t);
  const hufu = await serving(t, where);
  const code = where.platform.issueCode({ user: "alice" });
  const { user } = await hufu.protocol.signIn({
    clientId: "wx-demo",
    code,
    deviceName: NAME,
    caller: { by: "user", requestId: "req-1", address: "203.0.113.7" },
  });
  assert.ok(user);
  await hufu.users.ban(user.id, { reason: NAME }, { by: "u_admin" });
  const isWaiting = async (): Promise<boolean> => /not chained/.test((await where.type("audit", "verify")).out);
  await until(async () => !(await isWaiting()));
  return { where, hufu, userId: user.id };
}

function linesOf(out: string): readonly Record<string, unknown>[] {
  return out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test("audit list names what happened to one user, masks what is personal, and audits the reading", async (t) => {
  const { where, userId } = await audited(t);
  const table = await where.type("audit", "list", "--user", userId);
  assert.equal(table.code, 0, table.err);
  assert.match(table.out, /^ID +AT +ACTION/);
  assert.equal(table.out.trimEnd().split("\n").length, 4, "three records, one line each, whatever the reason holds");
  assert.doesNotMatch(table.out, /203\.0\.113\.7|\u202e/);
  const [start] = linesOf((await where.type("audit", "list", "--request", "req-1", "--json")).out);
  assert.deepEqual([start?.["action"], start?.["personal_fields"]], ["session.start", ["address"]]);
  const shown = await where.type("audit", "list", "--action", "session.start", ...PERSONAL, "--json");
  assert.deepEqual(linesOf(shown.out)[0]?.["personal"], { address: "203.0.113.7" });
  const [read] = linesOf((await where.type("audit", "list", "--limit", "1", "--json")).out);
  assert.deepEqual(
    [read?.["action"], read?.["actor"], read?.["detail"]],
    ["personal.read", actor(), { reason: "asked" }],
  );
  const reasonless = await where.type("audit", "list", "--show-personal", "--reason", " ");
  assert.deepEqual([reasonless.code, reasonless.out], [1, ""]);
  const unknown = await where.type("audit", "list", "--user", "nobody");
  assert.deepEqual([unknown.code, unknown.err], [1, 'hufu: there is no user "nobody"\n']);
  for (const wrong of [
    ["--limit", "0"],
    ["--limit", "1001"],
    ["--before", "x"],
    ["--action", "session.ended"],
  ] as const) {
    assert.equal((await where.type("audit", "list", ...wrong)).code, 2);
  }
});

test("audit verify prints the head and names the first record that does not fit", async (t) => {
  const { where } = await audited(t);
  const whole = await where.type("audit", "verify");
  assert.equal(whole.code, 0, whole.err);
  const head = /^Head: (\S{43})$/m.exec(whole.out)?.[1] ?? assert.fail(whole.out);
  const kept = JSON.parse((await where.type("audit", "verify", "--head", head, "--json")).out);
  assert.deepEqual([kept.ok, kept.found.hash], [true, head]);
  const other = await where.type("audit", "verify", "--head", "A".repeat(43));
  assert.equal(other.code, 1);
  assert.match(other.out, /not in the chain/);
  const database = new DatabaseSync(where.file, { timeout: 30_000 });
  database.exec("update hufu_audit_chain set why = 'expired' where seq = 2");
  database.close();
  const broken = await where.type("audit", "verify");
  assert.equal(broken.code, 1);
  assert.match(broken.out, /^Record 2 is not the one that was sealed there/m);
});

test("audit export writes a line a record, from which the chain can be computed again", async (t) => {
  const { where } = await audited(t);
  const masked = await where.type("audit", "export");
  assert.equal(masked.code, 0, masked.err);
  assert.doesNotMatch(masked.out, /203\.0\.113\.7|\u202e/);
  const { out, err } = await where.type("audit", "export", ...PERSONAL);
  const lines = linesOf(out);
  assert.equal(err, `Exported ${lines.length} records.\n`);
  let previous = "";
  for (const line of lines) {
    const text = (name: string) => (line[name] ?? null) as string | null;
    previous = linkHash(previous, {
      seq: Number(line["seq"]),
      id: Number(line["id"]),
      at: Number(line["at"]),
      action: text("action") ?? "",
      actor: text("actor") ?? "",
      userId: text("user_id") as never,
      sid: text("sid") as never,
      app: text("app"),
      why: text("why"),
      rule: text("rule"),
      requestId: text("request_id"),
      detail: line["detail"] === undefined ? null : JSON.stringify(line["detail"]),
      personalHash: text("personal_hash"),
    });
    assert.equal(previous, line["hash"]);
  }
  const [read] = linesOf((await where.type("audit", "list", "--action", "personal.read", "--json")).out);
  assert.deepEqual([read?.["actor"], read?.["detail"]], [actor(), { reason: "asked", after: 0 }]);
  const after = linesOf((await where.type("audit", "export", "--after", "2")).out);
  assert.equal(after[0]?.["seq"], 3);
});

test("closing an account through Hufu erases its personal fields from the audit log, and the chain verifies", async (t) => {
  const { where, hufu, userId } = await audited(t);
  await hufu.users.close(userId);
  const verified = async () => JSON.parse((await where.type("audit", "verify", "--json")).out);
  await until(async () => (await verified()).waiting === 0);
  const { ok, erased } = await verified();
  assert.deepEqual([ok, erased], [true, 1]);
  const database = new DatabaseSync(where.file, { timeout: 30_000 });
  assert.deepEqual(database.prepare("select * from hufu_audit_personal where user_id = ?").all(userId), []);
  database.close();
});
