import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { HufuError } from "../../hufu/index.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";

test("a backup is restored as the manual says: recover refuses beside a server, and then nothing revoked revives", async (t) => {
  const where = await stack(t);
  const hufu = await serving(t, where);
  const signIn = (on: typeof hufu, user: string) =>
    on.protocol.signIn({ clientId: "wx-demo", code: where.platform.issueCode({ user }), deviceType: "phone" });
  const alice = await signIn(hufu, "alice");
  const copy = join(where.folder, "copy.db");
  const database = new DatabaseSync(where.file, { timeout: 30_000 });
  database.prepare("vacuum into ?").run(copy);
  database.close();
  assert.equal((await where.type("revoke", "--all", "--reason", "leak", "--yes")).code, 0);

  const hasty = await where.type("recover", "--yes");
  assert.equal(hasty.code, 1);
  assert.match(hasty.err, /^hufu: another process has .*hufu\.db open; stop the servers first\n$/);
  await hufu.close();
  copyFileSync(copy, where.file);
  for (const rest of ["-wal", "-shm"]) rmSync(where.file + rest, { force: true });

  const unasked = await where.type("recover");
  assert.equal(unasked.code, 1);
  assert.match(
    unasked.err,
    /This ends the sessions of everybody; each signs in again\. This revokes every signing key and makes a new one\. Nobody can be asked here/,
  );
  const done = await where.type("recover", "--yes");
  assert.equal(done.code, 0, done.err);
  assert.match(
    done.out,
    /^Recovered; the epoch is \d{10}\. Everybody signs in again\. A new key signs; those of the backup are revoked\.\nRepeat by hand what was done after the backup: bans, closed accounts, roles\.\n$/,
  );

  const again = await serving(t, where);
  const refused = (reason: string) => (error: unknown) => error instanceof HufuError && error.reason === reason;
  const refresh = again.protocol.refresh({ clientId: "wx-demo", refreshToken: alice.refreshToken ?? "" });
  await assert.rejects(refresh, refused("session_expired"));
  await assert.rejects(async () => again.verifier.check(`Bearer ${alice.accessToken}`), refused("token_revoked"));
  const back = await signIn(again, "alice");
  assert.ok(await again.verifier.check(`Bearer ${back.accessToken}`));
  await again.close();
  const kept = await where.type("recover", "--keep-sessions", "--keep-keys", "--yes");
  assert.match(
    kept.out,
    /Sessions of the backup go on.* The signing keys of the backup go on.*\n.*, revoked signing keys\.\n$/,
  );
});
