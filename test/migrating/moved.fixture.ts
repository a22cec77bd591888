import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { serving, stack } from "../../server/src/cli/maintained-hufu.fixture.ts";

const SCRIPTS = join(import.meta.dirname, "../../examples/migrating");
const run = promisify(execFile);

/** A user of the old system, and what must still be true after the import. */
interface Person {
  readonly user: string;
  readonly externalId: string;
  readonly roles: readonly string[];
  readonly phone?: string;
}

export async function deployment(t: TestContext) {
  const roles = { member: ["order:read:own"], editor: ["article:write"], super_admin: ["order:read"], common: ["a:b"] };
  const where = await stack(t, { roles, defaultRoles: ["member"] });
  assert.equal((await where.type("migrate")).code, 0);
  return { where, openidOf: (user: string) => where.platform.openid({ user }) };
}

type Deployment = Awaited<ReturnType<typeof deployment>>;

/** Runs a script, imports what it wrote, and lets phones sign in. */
export async function moved(
  t: TestContext,
  { where }: Deployment,
  script: string,
  input: readonly string[],
  people: readonly Person[],
  banned: readonly string[],
): Promise<void> {
  const { stdout } = await run(process.execPath, [join(SCRIPTS, script), ...input], { cwd: where.folder });
  writeFileSync(join(where.folder, "users.ndjson"), stdout);
  const ran = await where.type("import", "users.ndjson", "--json");
  assert.equal(ran.code, 0, ran.err);
  const { created, changed } = JSON.parse(ran.out);
  assert.deepEqual([created, changed], [people.length + banned.length, 0]);
  const again = JSON.parse((await where.type("import", "users.ndjson", "--json")).out);
  assert.deepEqual([again.created, again.changed], [0, 0]);

  const hufu = await serving(t, where);
  const signIn = (user: string) =>
    hufu.protocol.signIn({ clientId: "wx-demo", code: where.platform.issueCode({ user }) });
  for (const { user, externalId, roles, phone } of people) {
    const auth = await hufu.verifier.check(`Bearer ${(await signIn(user)).accessToken}`);
    assert.deepEqual([auth.uid, auth.roles], [externalId, roles], user);
    const found = (await hufu.users.find({ externalId })) ?? assert.fail(externalId);
    assert.equal(await hufu.administration.phoneOf(found.user.id), phone ?? null);
  }
  for (const user of banned) await assert.rejects(signIn(user), { reason: "account_banned" });
}
