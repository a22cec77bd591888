import assert from "node:assert/strict";
import test from "node:test";
import { Registry } from "prom-client";
import { alteredLogin, type LoginAnswer } from "../stack/sign-in/altered-wechat.fixture.ts";
import { appSecretOf, BAKERY, freshAttempt, openStack, secretNamed, settle } from "../stack/stack.fixture.ts";
import { verdictOf } from "../stack/verdict.ts";

test("no token, code, session_key or secret rests in plain in any table, file, log line or metric", async (t) => {
  const metrics = new Registry();
  const answers: LoginAnswer[] = [];
  const rejects = { asked: 0 };
  const stack = await openStack(t, {
    metrics,
    fetch: alteredLogin((answer) => answer, answers),
    hooks: { onSignIn: () => undefined, onSessionEnd: () => Promise.reject(new Error("the hook fell over")) },
    resolveUser: ({ openid }) => {
      rejects.asked += 1;
      if (rejects.asked % 4 === 0) throw new Error("the host fell over");
      return { userId: openid.slice(0, 8) };
    },
  });
  const words = new Map<string, string>([
    ["app secret", appSecretOf(BAKERY)],
    ["secret", secretNamed("the stack")],
    ["context", "inviter-of-the-context"],
    ["phone number", "13900139000"],
  ]);
  const know = (what: string, word: string | undefined): void => {
    if (word !== undefined && word !== "") words.set(`${what} ${words.size}`, word);
  };

  const ids = new Set<string>([BAKERY]);

  for (let round = 0; round < 8; round += 1) {
    const user = `user-${round}`;
    const code = stack.wechat.issueCode({ user });
    const phoneCode = stack.wechat.issuePhoneCode({ user, number: "13900139000" });
    const attemptId = freshAttempt();
    know("code", code);
    know("phone code", phoneCode);
    know("attempt", attemptId);
    const held = await stack
      .signIn(user, { code, phoneCode, attemptId, context: { inviter: "inviter-of-the-context" } })
      .catch(() => undefined);
    if (held === undefined) continue;
    const child = await stack.refresh(held.refresh, { attemptId: freshAttempt() });
    const grandchild = await stack.refresh(child.refresh);
    for (const id of [held.sid, held.userId, held.claims.openid]) ids.add(String(id));
    for (const each of [held, child, grandchild]) {
      know("access token", each.access);
      know("signature", each.access.split(".")[2]);
      know("refresh token", each.refresh);
      // Its secret part, in every spelling that a careless row could have.
      const secret = Buffer.from(each.refresh.slice(4), "base64url").subarray(40, 72);
      know("refresh secret", secret.toString("base64url"));
      know("refresh secret", secret.toString("hex"));
      know("refresh secret", secret.toString("latin1"));
    }
    if (round === 0) await stack.hufu.sessions.kick(held.sid);
    if (round === 1) await stack.hufu.users.ban(held.userId, { reason: "fraud" });
    if (round === 2) await stack.hufu.users.close(held.userId);
    if (round === 3) await verdictOf(() => stack.refresh(held.refresh));
    if (round === 4) await verdictOf(() => stack.signIn(user, { code }));
    await verdictOf(() => stack.refresh(`${held.refresh.slice(0, -2)}AA`));
    await verdictOf(() => stack.hufu.verifier.check(`Bearer ${held.access}x`));
  }
  for (const kind of ["html", "truncated", "reset", "http-500"] as const) {
    stack.wechat.fault({ path: "/sns/jscode2session", kind });
    const code = stack.wechat.issueCode({ user: "unlucky" });
    know("code", code);
    await verdictOf(() => stack.signIn("unlucky", { code }));
  }
  await stack.pass(2000);
  await settle();
  for (const { session_key: key } of answers) {
    // An answer that went wrong has none.
    if (typeof key !== "string") continue;
    know("session_key", key);
    know("session_key", Buffer.from(key, "base64").toString("latin1"));
  }
  assert.ok(words.size > 100, "this test has something to look for");

  const kept = {
    tables: JSON.stringify(stack.dump()),
    file: stack.bytes(),
    log: stack.logged.join("\n"),
    metrics: await metrics.metrics(),
  };
  assert.ok(kept.log.includes("a hook failed") && kept.log.includes("WeChat did not answer"), "the log has been tried");
  for (const [what, word] of words) {
    for (const [where, text] of Object.entries(kept)) assert.ok(!text.includes(word), `${what} in the ${where}`);
  }
  assert.match(kept.metrics, /^hufu_sign_ins_total\{outcome="new_user"\} [1-9]/m);
  // Metrics do not identify users either.
  for (const id of ids) assert.ok(!kept.metrics.includes(id), `${id} in the metrics`);
});
