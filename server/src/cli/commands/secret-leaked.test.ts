import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { HufuError } from "../../hufu/index.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";

/** docs/guides/incidents.md, "The secret got out", step by step. */
test("a secret that got out is worth nothing after the steps of the guide, and people sign in again", async (t) => {
  const where = await stack(t);
  const fresh = "Wn3Ke8Rt5Yb2Xv9Qs6Lm1Zp4Hd7Jc0Gf";
  const env = { ...where.env, HUFU_NEW_SECRET: fresh };
  const secretIs = (...secret: string[]) =>
    writeFileSync(where.config, JSON.stringify({ ...JSON.parse(readFileSync(where.config, "utf8")), secret }));
  const signIn = (on: typeof hufu) =>
    on.protocol.signIn({ clientId: "wx-demo", code: where.platform.issueCode({ user: "alice" }), deviceType: "phone" });
  const refusal = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return "none";
    } catch (error) {
      if (!(error instanceof HufuError)) throw error;
      return error.reason;
    }
  };

  const hufu = await serving(t, where);
  const stolen = await signIn(hufu);
  await hufu.close();

  secretIs("env:HUFU_NEW_SECRET", "env:HUFU_TEST_SECRET");
  // The stack types in its own surroundings; here they have one secret more.
  const type = async (...args: string[]) => {
    const ran = await where.typeWith(env, ...args);
    assert.equal(ran.code, 0, ran.err);
    return ran.out;
  };
  const both = await serving(t, { ...where, env });
  const kid = /^\S{43}/m.exec(await type("keys", "list"))?.[0] ?? "";
  assert.match(await type("secrets", "rotate"), /^Sealed 1 signing key, 1 session_key and 0 phone numbers /);
  await type("keys", "revoke", kid);
  await both.close();

  secretIs("env:HUFU_NEW_SECRET");
  const alone = await serving(t, { ...where, env: { HUFU_NEW_SECRET: fresh } });
  await type("revoke", "--all", "--reason", "secret got out", "--yes");
  const refresh = () => alone.protocol.refresh({ clientId: "wx-demo", refreshToken: stolen.refreshToken ?? "" });
  assert.equal(await refusal(refresh), "refresh_token_invalid");
  assert.notEqual(await refusal(() => alone.verifier.check(`Bearer ${stolen.accessToken}`)), "none");
  const back = await signIn(alone);
  assert.equal(await refusal(() => alone.verifier.check(`Bearer ${back.accessToken}`)), "none");
});
