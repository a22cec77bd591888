import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createHttp } from "hufu/http";
import { describedFetch } from "../../server/src/http/openapi/described.fixture.ts";
import { rotateSecrets } from "../../server/src/hufu/database/maintenance.ts";
import { openSqliteStore } from "../../server/src/store/sql/sqlite/open-sqlite-store.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import { jsonOf } from "./answers.fixture.ts";
import { ISSUER, openStack, rowsOf, type Stack, type StackOptions, secretNamed } from "./stack.fixture.ts";
import { present } from "./verdict.ts";

const SIX_MINUTES = 360_000;
const NUMBER = "13800138000";
const E164 = "+8613800138000";
const PHONE_PATH = "/wxa/business/getuserphonenumber";
const MASKED = "+8613*****8000";

/** What the test looks at in an export. */
interface Exported {
  readonly user: { readonly id: string; readonly phone: string };
  readonly identities: readonly unknown[];
  readonly sessions: readonly { readonly id: string; readonly device: { readonly name: string | null } }[];
  readonly audit: readonly { readonly action: string }[];
  readonly has_more_audit: boolean;
}

interface Own {
  readonly stack: Stack;
  ask(method: string, path: string, access: string, body?: unknown): Promise<Response>;
  /** Gives the holder of this token a number by the phone button of a user. */
  setPhone(access: string, user: string, number?: string): Promise<Response>;
  /** A token of the same session after a silent step-up. */
  freshly(access: string, user: string): Promise<string>;
}

async function openOwn(t: TestContext, options: StackOptions = {}): Promise<Own> {
  const stack = await openStack(t, options);
  async function ask(method: string, path: string, access: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${access}`, "content-type": "application/json" };
    const request = new Request(ISSUER + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    return describedFetch(createHttp(stack.hufu).fetch, ISSUER)(request);
  }
  return {
    stack,
    ask,
    setPhone: (access, user, number = NUMBER) =>
      ask("PUT", "/me/phone", access, { code: stack.wechat.issuePhoneCode({ user, number }) }),
    async freshly(access, user) {
      const answer = await ask("POST", "/me/step-up", access, {
        factor: "platform",
        code: stack.wechat.issueCode({ user }),
      });
      return String((await jsonOf(answer))["access_token"]);
    },
  };
}

async function assertRefused(response: Response, status: number, reason: string): Promise<void> {
  assert.deepEqual([response.status, (await jsonOf(response))["reason"]], [status, reason]);
}

test("a first number needs no fresh authentication, is shown masked, and rests sealed and hashed", async (t) => {
  const { stack, ask, setPhone } = await openOwn(t);
  const { access, userId } = await stack.signIn("alice");
  assert.equal((await jsonOf(await ask("GET", "/me", access)))["phone"], null);
  await stack.pass(SIX_MINUTES);
  const answer = await setPhone(access, "alice");
  assert.deepEqual([answer.status, await jsonOf(answer)], [200, { phone: MASKED }]);
  assert.equal((await jsonOf(await ask("GET", "/me", access)))["phone"], MASKED);
  assert.equal(rowsOf(stack, "hufu_phones", { user_id: userId })?.length, 1);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "user.phone", actor: "user" })?.length, 1);
  assert.doesNotMatch(stack.bytes() + stack.logged.join(""), /13800138000/);
});

test("changing a number needs a fresh authentication, and the phone code is not spent before", async (t) => {
  const { stack, ask, setPhone, freshly } = await openOwn(t);
  const { access } = await stack.signIn("alice");
  await setPhone(access, "alice");
  await stack.pass(SIX_MINUTES);
  const code = stack.wechat.issuePhoneCode({ user: "alice", number: "13900139000" });
  const refused = await ask("PUT", "/me/phone", access, { code });
  assert.match(
    refused.headers.get("www-authenticate") ?? "",
    /error="insufficient_user_authentication".*max_age="300"/,
  );
  await assertRefused(refused, 401, "step_up_required");
  const fresh = await freshly(access, "alice");
  assert.deepEqual(await jsonOf(await ask("PUT", "/me/phone", fresh, { code })), { phone: "+8613*****9000" });
});

test("a number of another user is phone_taken, and no users are merged", async (t) => {
  const { stack, ask, setPhone } = await openOwn(t);
  const [alice, bob] = [await stack.signIn("alice"), await stack.signIn("bob")];
  await setPhone(alice.access, "alice");
  await assertRefused(await setPhone(bob.access, "bob"), 409, "phone_taken");
  assert.equal((await jsonOf(await ask("GET", "/me", bob.access)))["phone"], null);
  assert.equal(rowsOf(stack, "hufu_users")?.length, 2);
});

test("the back end hears a new number once, and one that it knows as another user's is phone_taken", async (t) => {
  const heard: unknown[] = [];
  const { stack, setPhone } = await openOwn(t, {
    resolveUser: (identity, { phone, knownUser }) => {
      if (phone !== null) heard.push({ app: identity.app, number: phone.number, knownUser });
      if (phone?.number === "+8613900139000") return { userId: "somebody else" };
      return { userId: `host ${identity.openid}` };
    },
  });
  const { access, userId } = await stack.signIn("alice");
  await assertRefused(await setPhone(access, "alice", "13900139000"), 409, "phone_taken");
  assert.equal(rowsOf(stack, "hufu_phones")?.length, 0);
  assert.equal((await setPhone(access, "alice")).status, 200);
  assert.deepEqual(heard, [
    { app: "wx-bakery", number: "+8613900139000", knownUser: userId },
    { app: "wx-bakery", number: E164, knownUser: userId },
  ]);
});

test("codes that are unknown, used, another user's or no text are refused, and change no row", async (t) => {
  const { stack, ask, setPhone } = await openOwn(t);
  const { access } = await stack.signIn("alice");
  await stack.signIn("bob");
  await assertRefused(await setPhone(access, "bob"), 400, "phone_code_invalid");
  await assertRefused(await ask("PUT", "/me/phone", access, { code: "unknown-code" }), 400, "phone_code_invalid");
  for (const body of [{}, { code: "" }]) {
    await assertRefused(await ask("PUT", "/me/phone", access, body), 400, "parameter_missing");
  }
  for (const body of [{ code: 7 }, [], "code", { code: "x".repeat(513) }]) {
    await assertRefused(await ask("PUT", "/me/phone", access, body), 400, "parameter_invalid");
  }
  assert.equal(rowsOf(stack, "hufu_phones")?.length, 0);
});

test("an exhausted quota of WeChat is phone_quota with a time to wait, and an outage is 503", async (t) => {
  const { stack, setPhone } = await openOwn(t);
  const { access } = await stack.signIn("alice");
  stack.wechat.fault({ path: PHONE_PATH, kind: "errcode", errcode: 45011 });
  const limited = await setPhone(access, "alice");
  assert.equal(limited.headers.get("retry-after"), "60");
  await assertRefused(limited, 429, "phone_quota");
  stack.wechat.fault({ path: PHONE_PATH, kind: "busy", times: 3 });
  await assertRefused(await setPhone(access, "alice"), 503, "platform_unavailable");
});

test("closing an account needs a fresh authentication, ends everything at once, and erases what is personal", async (t) => {
  const closed: unknown[] = [];
  const { stack, ask, setPhone, freshly } = await openOwn(t, {
    hooks: { onUserClosed: (event) => void closed.push(event) },
  });
  const { access, refresh, userId } = await stack.signIn("alice", {
    deviceId: "alices-phone-0001",
    deviceName: "Alices",
  });
  const openid = String(present(rowsOf(stack, "hufu_identities")?.[0])["openid"]);
  await setPhone(access, "alice");
  await stack.pass(SIX_MINUTES);
  await assertRefused(await ask("DELETE", "/me", access), 401, "step_up_required");
  const fresh = await freshly(access, "alice");
  const answer = await ask("DELETE", "/me", fresh);
  assert.deepEqual([answer.status, await answer.text()], [204, ""]);

  await assertRefused(await ask("GET", "/me", fresh), 401, "token_revoked");
  await assert.rejects(stack.refresh(refresh), { reason: "account_closed" });
  await stack.pass(60_000);
  assert.deepEqual(closed, [{ userId, externalId: null }]);
  for (const table of ["hufu_phones", "hufu_identities", "hufu_unions"]) assert.equal(rowsOf(stack, table)?.length, 0);
  const rows = JSON.stringify(stack.dump());
  for (const personal of [openid, "alices-phone-0001", "Alices"]) assert.ok(!rows.includes(personal), personal);

  const again = await stack.signIn("alice");
  assert.notEqual(again.userId, userId);
  assert.equal((await setPhone(again.access, "alice")).status, 200, "the number is free again");
});

test("an export has what is stored about the user, unmasked, and no secret of anybody", async (t) => {
  const { stack, ask, setPhone } = await openOwn(t);
  const first = await stack.signIn("alice", { deviceName: "张三的手机" });
  await stack.signIn("bob");
  await setPhone(first.access, "alice");
  const second = await stack.signIn("alice");
  const answer = await ask("GET", "/me/export", second.access);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const exported = (await answer.json()) as Exported;
  assert.equal(exported.user.id, second.userId);
  assert.equal(exported.user.phone, E164);
  assert.equal(exported.identities.length, 1);
  assert.deepEqual(exported.sessions.map(({ id }) => id).toSorted(), [first.sid, second.sid].toSorted());
  assert.ok(exported.sessions.some(({ device }) => device.name === "张三的手机"));
  assert.ok(exported.audit.some(({ action }) => action === "user.phone"));
  assert.equal(exported.has_more_audit, false);
  const [session] = rowsOf(stack, "hufu_sessions", { id: second.sid }) ?? [];
  for (const column of ["current_hash", "code_hash", "key_id"]) {
    assert.ok(!JSON.stringify(exported).includes(String(present(session)[column])), column);
  }
});

test("a number that an older secret sealed still opens, is still taken, and moves to the newest", async (t) => {
  const [old, fresh] = [secretNamed("old"), secretNamed("fresh")];
  const { stack, ask, setPhone } = await openOwn(t, { secret: old });
  const { access } = await stack.signIn("alice");
  await setPhone(access, "alice");
  await stack.reopen({ secret: [fresh, old] });
  const bob = await stack.signIn("bob");
  await assertRefused(await setPhone(bob.access, "bob"), 409, "phone_taken");

  const secrets = createSecrets([fresh, old]);
  const store = await openSqliteStore({ file: stack.file, clock: stack.clock, entryLifeMs: 1 });
  const looked: string[] = [];
  const once = await rotateSecrets(store, secrets, (what, seen) => looked.push(`${seen} ${what}`));
  assert.deepEqual([once.phones, looked], [1, ["2 session_keys", "1 phone numbers"]]);
  assert.deepEqual(await rotateSecrets(store, secrets), { signingKeys: 0, sessionKeys: 0, phones: 0 });
  await store.close();

  await stack.reopen({ secret: [fresh] });
  const alice = await stack.signIn("alice");
  assert.equal((await jsonOf(await ask("GET", "/me", alice.access)))["phone"], MASKED);
  await assertRefused(await setPhone((await stack.signIn("bob")).access, "bob"), 409, "phone_taken");
});
