import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { invalidGrant, invalidToken, meets } from "./cases.ts";
import {
  askToken,
  claimsOf,
  getMe,
  granted,
  newAttempt,
  newCode,
  refresh,
  revoke,
  type SignedIn,
  sidOf,
  signIn,
  signInForm,
  someone,
} from "./mini-program.ts";
import { APP, OTHER_APP, type Served, startServed } from "./served-hufu.ts";
import { openidOf } from "./stand-in-wechat.ts";

let served: Served;
before(async () => {
  served = await startServed({
    movableClock: true,
    configuration: (base) => ({ ...base, sessions: { perDeviceType: { pad: 2 }, overflow: "replace" } }),
  });
});
after(() => served.close());

const USED = invalidGrant("login_code_used");

async function lives(tokens: SignedIn): Promise<void> {
  granted(await refresh(served, tokens.refresh_token));
}

async function endedAs(tokens: SignedIn, why: string, reason: string): Promise<void> {
  await meets(await refresh(served, tokens.refresh_token), invalidGrant(reason));
  const refused = await getMe(served, tokens.access_token);
  await meets(refused, invalidToken("token_revoked"));
  assert.equal(refused.json["why"], why);
}

describe("a code is good once (§3.1)", () => {
  test("the same code with the same attempt gives the same session and refresh token, and a fresh access token", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const [first, again] = [granted(await askToken(served, form)), granted(await askToken(served, form))];
    assert.equal(again.refresh_token, first.refresh_token);
    assert.equal(sidOf(again.access_token), sidOf(first.access_token));
    assert.notEqual(claimsOf(again.access_token)["jti"], claimsOf(first.access_token)["jti"]);
    assert.deepEqual(again.user, first.user);
    assert.equal(first.user["new"], true);
    assert.equal(served.platform.presented(form["code"] ?? ""), 1);
    await lives(again);
  });

  for (const [name, second] of [
    ["with another attempt", newAttempt()],
    ["without an attempt", undefined],
  ] as const)
    test(`the same code ${name} is used, and ends the session made from it`, async () => {
      const code = newCode(served, someone());
      const first = granted(await askToken(served, signInForm(served, { code, attempt_id: newAttempt() })));
      const again = signInForm(served, { code, ...(second === undefined ? {} : { attempt_id: second }) });
      await meets(await askToken(served, again), USED);
      await endedAs(first, "reused", "refresh_token_reused");
    });

  for (const attempted of [true, false])
    test(`a code first presented without an attempt is used the second time, ${attempted ? "with" : "without"} one`, async () => {
      const code = newCode(served, someone());
      const first = granted(await askToken(served, signInForm(served, { code })));
      const again = signInForm(served, { code, ...(attempted ? { attempt_id: newAttempt() } : {}) });
      await meets(await askToken(served, again), USED);
      await endedAs(first, "reused", "refresh_token_reused");
    });

  test("another mini program that presents the code changes nothing", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const first = granted(await askToken(served, form));
    const stolen = await askToken(served, { ...form, client_id: OTHER_APP.clientId });
    await meets(stolen, { status: 400, error: "invalid_grant", reason: ["login_code_invalid", "login_code_used"] });
    await lives(first);
  });

  test("the replayed answer is the same after its refresh token was refreshed", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const first = granted(await askToken(served, form));
    granted(await refresh(served, first.refresh_token, newAttempt()));
    const again = granted(await askToken(served, form));
    assert.equal(again.refresh_token, first.refresh_token);
  });

  test("a replay revives no session that was signed out (the text is silent)", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const first = granted(await askToken(served, form));
    await revoke(served, first.refresh_token);
    const again = await askToken(served, form);
    await meets(again, { status: 400, error: "invalid_grant" });
    await endedAs(first, "logged_out", "session_logged_out");
  });

  test("a code that the platform refused stays refused, and one that it has seen is used", async () => {
    const invalid = signInForm(served, {
      code: served.platform.issue(APP, { errcode: 40029 }),
      attempt_id: newAttempt(),
    });
    await meets(await askToken(served, invalid), invalidGrant("login_code_invalid"));
    await meets(await askToken(served, invalid), invalidGrant("login_code_invalid"));
    const used = signInForm(served, { code: served.platform.issue(APP, { errcode: 40163 }) });
    await meets(await askToken(served, used), USED);
  });

  test("ten at once with one attempt make one session, and each may try again", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => askToken(served, form)));
    for (const answer of answers)
      await meets(
        answer,
        answer.status === 200
          ? { status: 200 }
          : { status: 503, error: "temporarily_unavailable", reason: "sign_in_in_progress" },
      );
    const last = granted(await askToken(served, form));
    for (const answer of answers.filter(({ status }) => status === 200))
      assert.equal(answer.json["refresh_token"], last.refresh_token);
    assert.equal(served.platform.presented(form["code"] ?? ""), 1);
    await lives(last);
  });

  test("ten at once with ten attempts make one session at most", async () => {
    const code = newCode(served, someone());
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => askToken(served, signInForm(served, { code, attempt_id: newAttempt() }))),
    );
    for (const answer of answers)
      await meets(
        answer,
        answer.status === 200
          ? { status: 200 }
          : { status: [400, 503], reason: ["login_code_used", "sign_in_in_progress"] },
      );
    assert.ok(answers.filter(({ status }) => status === 200).length <= 1);
  });

  test("a sign-in whose code is at the platform at this moment asks to wait", async () => {
    let release = (): void => undefined;
    const holdUntil = new Promise<void>((resolve) => {
      release = resolve;
    });
    const code = served.platform.issue(APP, { openid: openidOf(someone()), holdUntil });
    const form = signInForm(served, { code, attempt_id: newAttempt() });
    const first = askToken(served, form);
    const isPresented = (): boolean => served.platform.presented(code) > 0;
    while (!isPresented()) await pause(5);
    const second = askToken(served, form);
    const early = await Promise.race([second, pause(1500)]);
    release();
    const answer = early ?? (await second);
    if (answer.status !== 200)
      await meets(answer, { status: 503, error: "temporarily_unavailable", reason: "sign_in_in_progress" });
    assert.equal(granted(await first).refresh_token, granted(await askToken(served, form)).refresh_token);
  });

  test("sixty seconds later the same attempt is used too, and the session lives", async () => {
    const form = signInForm(served, { attempt_id: newAttempt() });
    const first = granted(await askToken(served, form));
    await served.moveClock(62_000);
    await meets(await askToken(served, form), USED);
    await lives(first);
  });
});

describe("a person stays the same person (§3.4)", () => {
  test("new the first time, known the second", async () => {
    const user = someone();
    const [first, second] = [await signIn(served, user), await signIn(served, user)];
    assert.equal(first.user["new"], true);
    assert.equal(second.user["new"], false);
    assert.equal(first.user["id"], second.user["id"]);
    assert.notEqual(sidOf(first.access_token), sidOf(second.access_token));
  });

  test("two people are two users, and so are openids that differ in case", async () => {
    const openid = openidOf(someone());
    const users = await Promise.all(
      [openid, openid.toLowerCase(), openid.toUpperCase()].map(async (id) => {
        const code = served.platform.issue(APP, { openid: id });
        return granted(await askToken(served, signInForm(served, { code }))).user["id"];
      }),
    );
    assert.equal(new Set(users).size, 3);
  });

  test("one unionid makes one user of two mini programs, with an openid for each", async () => {
    const unionid = `union-${someone()}`;
    const by = async (clientId: string, appId: string): Promise<SignedIn> => {
      const code = served.platform.issue(appId, { openid: openidOf(someone()), unionid });
      return granted(await askToken(served, signInForm(served, { code, client_id: clientId })));
    };
    const [here, there] = [await by(APP, APP), await by(OTHER_APP.clientId, OTHER_APP.appId)];
    assert.equal(here.user["id"], there.user["id"]);
    assert.equal(claimsOf(there.access_token)["client_id"], OTHER_APP.clientId);
    assert.notEqual(claimsOf(here.access_token)["openid"], claimsOf(there.access_token)["openid"]);
  });
});

describe("one device, one session (§3.1)", () => {
  test("a newer sign-in on the device replaces the old session", async () => {
    const user = someone();
    const old = await signIn(served, user, { device_id: "device-1" });
    const fresh = await signIn(served, user, { device_id: "device-1" });
    await endedAs(old, "replaced", "session_replaced");
    await lives(fresh);
  });

  test("another device, another person, another mini program and no device at all replace nothing", async () => {
    const [user, unionid] = [someone(), `union-${someone()}`];
    const by = async (
      clientId: string,
      appId: string,
      openid: string,
      more: Record<string, string>,
    ): Promise<SignedIn> => {
      const code = served.platform.issue(appId, { openid, unionid });
      return granted(await askToken(served, signInForm(served, { code, client_id: clientId, ...more })));
    };
    const first = await by(APP, APP, openidOf(user), { device_id: "device-1" });
    await by(APP, APP, openidOf(user), { device_id: "device-2" });
    await by(APP, APP, openidOf(user), {});
    await by(OTHER_APP.clientId, OTHER_APP.appId, openidOf(`${user} there`), { device_id: "device-1" });
    await signIn(served, someone(), { device_id: "device-1" });
    await lives(first);
  });

  test("beyond the limit of its type of device the oldest session makes way", async () => {
    const user = someone();
    const on = (device: string, device_type: string): Promise<SignedIn> =>
      signIn(served, user, { device_id: device, device_type });
    const phone = await on("phone-1", "phone");
    const [one, two, three] = [await on("pad-1", "pad"), await on("pad-2", "pad"), await on("pad-3", "pad")];
    await endedAs(one, "replaced", "session_replaced");
    for (const session of [phone, two, three]) await lives(session);
  });
});
