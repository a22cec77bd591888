// The state of the session as an app sees it: refused headers, other runtimes, sign-out, events, and what is known at launch.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import type { HufuClientError } from "../../client/src/index.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, openShop, refuseTokens, storedText } from "./shop.fixture.ts";

/** The request arrives, its answer does not. */
async function loseAnswers(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.url !== "/auth/oauth/token") return false;
  request.resume();
  await once(request, "end");
  response.destroy();
  return true;
}

test("authorization({ refused }) gives another header, whether it is called with the header or the token", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  const first = (await client.authorization()) ?? "";
  for (let time = 0; time < 5; time += 1) assert.equal(await client.authorization({ minLife: 60_000 }), first);
  const second = (await client.authorization({ refused: first })) ?? "";
  assert.match(second, /^Bearer ey/);
  assert.notEqual(second, first);
  // The same refusal, told twice, costs one refresh.
  assert.equal(await client.authorization({ refused: first }), second);
  assert.notEqual(await client.authorization({ refused: second.replace("Bearer ", "") }), second);
  assert.equal(shop.tokenCalls.length, 3);
});

test("authorization({ refused }) in a loop ends as a bug", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  let header = (await client.authorization()) ?? "";
  let outcome = "";
  for (let time = 0; time < 20 && outcome === ""; time += 1) {
    const next = client.authorization({ refused: header });
    outcome = (await failureOf(next)).replace("no failure", "");
    if (outcome === "") header = (await next) ?? "";
  }
  assert.equal(outcome, "bug token_refused");
});

test("authorization({ refused }) of a kicked session says so", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  const refused = (await client.authorization()) ?? "";
  await shop.hufu.sessions.kickAll((await client.session()).user?.id ?? "");
  assert.equal(await failureOf(client.authorization({ refused })), "signed-out session_kicked");
});

for (const reason of ["session_kicked", "account_banned", "session_logged_out"] as const) {
  test(`two clients on one storage: after ${reason} and a.login(), b works again without a restart`, async (t) => {
    const shop = await openShop(t);
    const one = shop.phone({ user: "alice" });
    const other = shop.phone({ user: "alice", storage: one.storage });
    const [a, b] = [shop.client(one), shop.client(other)];
    await a.get("/orders");
    await b.get("/orders");
    const user = (await a.session()).user?.id ?? "";
    if (reason === "session_logged_out") await a.logout();
    else {
      await shop.hufu.stale(user);
      const [status, error] =
        reason === "account_banned" ? ([403, "access_denied"] as const) : ([400, "invalid_grant"] as const);
      shop.intercept = refuseTokens(status, error, reason);
      await failureOf(a.get("/orders"));
    }
    const kind = reason === "account_banned" ? "banned" : "signed-out";
    assert.equal(await failureOf(b.get("/orders")), `${kind} ${reason}`);
    shop.intercept = undefined;
    await a.login();
    assert.equal((await b.session()).signedIn, true);
    assert.equal((await b.get("/orders")).statusCode, 200);
  });
}

test("b follows a in manual mode and for optional calls too", async (t) => {
  const shop = await openShop(t);
  const one = shop.phone({ user: "alice" });
  const other = shop.phone({ user: "alice", storage: one.storage });
  const [a, b] = [shop.client(one, { signIn: "manual" }), shop.client(other, { signIn: "manual" })];
  assert.equal(await failureOf(b.get("/orders")), "signed-out sign_in_needed");
  await a.login();
  await b.get("/public/news", undefined, { auth: "optional" });
  assert.notEqual(shop.handled.at(-1)?.user, undefined);
  assert.equal((await b.get("/orders")).statusCode, 200);
  await a.logout();
  assert.equal((await b.session()).signedIn, false);
});

for (const how of ["cleared", "damaged"] as const) {
  test(`a storage that is ${how} after a sign-out does not sign in again, in this run and the next`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    await client.logout();
    if (how === "cleared") phone.wx.clearStorageSync();
    else for (const key of phone.storage.keys()) phone.storage.plant(key, "rubbish");
    assert.equal(await failureOf(client.get("/orders")), "signed-out session_logged_out");
    phone.restart();
    const again = shop.client(phone);
    assert.equal(await failureOf(again.get("/orders")), "signed-out session_logged_out");
    assert.equal((await again.login()).signedIn, true);
    phone.wx.clearStorageSync();
    phone.restart();
    assert.equal((await shop.client(phone).get("/orders")).statusCode, 200, "the mark of the end is gone");
  });
}

test("where the platform has no files, a mark beside the session still survives damage", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone({ extras: { getFileSystemManager: undefined } });
  const client = shop.client(phone);
  await client.get("/orders");
  await client.logout();
  const key = phone.storage.keys().find((one) => !one.endsWith(":ended")) ?? "";
  phone.storage.plant(key, "rubbish");
  phone.restart();
  assert.equal(await failureOf(shop.client(phone).get("/orders")), "signed-out session_logged_out");
});

test("login() and logout() that are called at once are both carried out, in their order", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await Promise.all([client.login(), client.logout()]);
  assert.equal((await client.session()).ended, "session_logged_out");
  await Promise.all([
    client.logout(),
    client.login({ context: { scene: 1 } }),
    client.login({ context: { scene: 2 } }),
  ]);
  assert.equal((await client.session()).signedIn, true);
  // Also where all of them wait for a refresh that is running.
  await shop.hufu.stale((await client.session()).user?.id ?? "");
  const call = failureOf(client.get("/orders"));
  await until(() => shop.handled.length > 0 || shop.tokenCalls.length > 3);
  await Promise.all([client.login(), client.logout(), call]);
  assert.equal((await client.session()).ended, "session_logged_out");
  const contexts = shop.tokenCalls.map((one) => one.get("context")).filter((one) => one !== null);
  assert.deepEqual(contexts, ['{"scene":1}', '{"scene":2}']);
});

for (const contact of ["a call", "the foreground", "a login"] as const) {
  test(`a sign-out while offline reaches the server at the next contact: ${contact}`, async (t) => {
    const shop = await openShop(t, { speed: 20 });
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    const user = shop.handled[0]?.user ?? "";
    phone.setNetwork("off");
    await client.logout();
    // A second one must not forget the first.
    await client.logout();
    const [session] = await shop.hufu.sessions.list(user);
    assert.ok(session);
    phone.setNetwork("perfect");
    if (contact === "a call") await client.get("/public/news", undefined, { auth: "optional" });
    else if (contact === "a login") await client.login();
    else {
      phone.background();
      phone.foreground();
    }
    let isLeft = true;
    await until(() => {
      void shop.hufu.sessions.list(user).then((sessions) => {
        isLeft = sessions.some(({ id }) => id === session.id);
      });
      return !isLeft;
    });
    await until(() => storedText(phone).includes('"leaving":null'));
  });
}

test("context and phone code are kept with a sign-in whose request was lost, until the next call sends it", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  shop.intercept = loseAnswers;
  client.login({ context: { inviter: "u_7" }, phoneCode: "phone-code-1" }).catch(() => undefined);
  await until(() => shop.tokenCalls.some((call) => call.has("code")));
  phone.restart();
  shop.intercept = undefined;
  assert.equal((await shop.client(phone).get("/orders")).statusCode, 200);
  const sent = shop.tokenCalls
    .filter((call) => call.has("code"))
    .map((call) => ["code", "attempt_id", "context", "phone_code"].map((name) => call.get(name)));
  assert.deepEqual(sent[0]?.slice(2), ['{"inviter":"u_7"}', "phone-code-1"]);
  for (const one of sent) assert.deepEqual(one, sent[0]);
});

test("a new code keeps the context, and the phone code while it is valid", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  shop.intercept = loseAnswers;
  shop
    .client(phone)
    .login({ context: 7, phoneCode: "phone-code-1" })
    .catch(() => undefined);
  await until(() => shop.tokenCalls.some((call) => call.has("code")));
  for (const [later, phoneCode] of [
    [60_000, "phone-code-1"],
    [300_000, null],
  ] as const) {
    phone.restart();
    phone.clock.jump(later);
    const before = shop.tokenCalls.length;
    shop
      .client(phone)
      .get("/orders")
      .catch(() => undefined);
    await until(() => shop.tokenCalls.slice(before).some((call) => call.has("code")));
    const sent = shop.tokenCalls.slice(before).find((call) => call.has("code"));
    assert.deepEqual([sent?.get("context"), sent?.get("phone_code")], ["7", phoneCode]);
  }
  assert.equal(phone.counters().logins, 3);
});

test("ready() and session() wait for the sign-in at launch", async (t) => {
  const shop = await openShop(t);
  assert.equal((await shop.client(shop.phone(), { signIn: "launch" }).session()).signedIn, true);
  const client = shop.client(shop.phone(), { signIn: "launch" });
  const state = await client.ready();
  assert.deepEqual([state.signedIn, typeof state.user?.id], [true, "string"]);
  const lazy = shop.client(shop.phone());
  assert.deepEqual({ ...(await lazy.ready()) }, { signedIn: false, user: null, ended: null });
  const call = lazy.get("/orders");
  assert.equal((await lazy.ready()).signedIn, true);
  await call;
});

test("ready() resolves when the sign-in at launch fails", async (t) => {
  const shop = await openShop(t);
  shop.intercept = refuseTokens(403, "access_denied", "sign_in_denied");
  const client = shop.client(shop.phone(), { signIn: "launch" });
  assert.deepEqual({ ...(await client.ready()) }, { signedIn: false, user: null, ended: null });
});

test("signInFailed tells silent sign-ins and login() apart from nothing, storageBroken is told once", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  const failures: string[] = [];
  let broken = 0;
  client.on("signInFailed", ({ error }: { error: HufuClientError }) => failures.push(`${error.kind} ${error.reason}`));
  client.on("storageBroken", () => {
    broken += 1;
  });
  shop.intercept = refuseTokens(403, "access_denied", "sign_in_denied");
  await failureOf(client.get("/orders"));
  await failureOf(client.get("/orders"));
  await failureOf(client.login());
  assert.deepEqual(failures, ["forbidden sign_in_denied", "forbidden sign_in_denied"]);
  shop.intercept = undefined;
  phone.storage.fault("write", "forgets");
  await client.login();
  await shop.hufu.stale((await client.session()).user?.id ?? "");
  await client.get("/orders");
  assert.equal(broken, 1);
});

test("an address that cannot be read is an error that names it, and nothing is sent", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/files/Q3 report.pdf");
  await client.get("/files/季度\u3000报告.pdf");
  await client.get("/files/.hidden");
  await client.get("/u/..a");
  assert.deepEqual(
    shop.handled.map(({ url }) => url),
    ["/files/Q3%20report.pdf", "/files/%E5%AD%A3%E5%BA%A6%E3%80%80%E6%8A%A5%E5%91%8A.pdf", "/files/.hidden", "/u/..a"],
  );
  const before = phone.counters().calls;
  for (const url of ["/../admin", "https://api.example.com@evil.example/", "//api.example.com/x", "/a\\b"]) {
    const failure = String(await client.get(url).catch(String));
    assert.ok(failure.includes("bug: call_invalid") && failure.includes(url), failure);
  }
  assert.equal(phone.counters().calls, before);
  await client.get("https://api.example.com@evil.example/", undefined, { auth: "none" });
  assert.equal("Authorization" in (phone.calls().at(-1)?.headers ?? {}), false);
});
