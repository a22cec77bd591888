// What the optional file `@hufu/client/step-up` does when a guard wants a fresh authentication.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { type TestContext, test } from "node:test";
import type { SimulatedPhone } from "@hufu/simulator";
import type { Client } from "../../client/src/index.ts";
import { claimsIn } from "../stack/answers.fixture.ts";
import { FRESH_S, failureOf, type Interception, openShop, PATIENT, type Shop } from "./shop.fixture.ts";

interface Scene {
  readonly shop: Shop;
  readonly phone: SimulatedPhone;
  readonly client: Client;
  /** Paths of all requests since the phone signed in. */
  readonly asked: string[];
  /** Answers the next requests for this path itself. */
  refuse(path: string, status: number, reason: string, times?: number): void;
}

/** A phone that signed in longer ago than `/fresh` allows. */
async function signedInLongAgo(t: TestContext, speed = 1): Promise<Scene> {
  const shop = await openShop(t, { speed });
  const phone = shop.phone();
  const client = shop.clientWithStepUp(phone, PATIENT);
  await client.get("/orders");
  shop.pass((FRESH_S + 1) * 1000);
  const asked: string[] = [];
  let answerItself: Interception | undefined;
  shop.intercept = (request, response) => {
    asked.push(request.url ?? "");
    return answerItself?.(request, response) ?? false;
  };
  return {
    shop,
    phone,
    client,
    asked,
    refuse(path, status, reason, times = 1) {
      let left = times;
      answerItself = (request, response) => {
        if (request.url !== path || left === 0) return false;
        left -= 1;
        request.resume();
        response.writeHead(status, { "content-type": "application/json", "hufu-reason": reason });
        response.end(JSON.stringify({ request_id: "r-3", reason }));
        return true;
      };
    },
  };
}

const tokenOf = async (client: Client): Promise<string> => (await client.authorization())?.replace("Bearer ", "") ?? "";

test("a challenge is answered by a fresh login code and the call repeated, unseen; the session is the same", async (t) => {
  const { client, phone, asked, shop } = await signedInLongAgo(t);
  const before = claimsIn(await tokenOf(client));
  const { statusCode } = await client.post("/fresh/pay", { amount: 5 });
  assert.equal(statusCode, 200);
  assert.deepEqual(asked, ["/fresh/pay", "/auth/me/step-up", "/fresh/pay"]);
  assert.deepEqual(
    shop.handled.filter(({ url }) => url === "/fresh/pay").map(({ body }) => body),
    ['{"amount":5}'],
  );
  assert.equal(phone.counters().logins, 2);
  const after = claimsIn(await tokenOf(client));
  assert.equal(after["sid"], before["sid"]);
  assert.ok(Number(after["auth_time"]) >= Number(before["auth_time"]) + FRESH_S);
  // The token is kept: the next call needs no challenge, and the refresh token still works.
  await client.get("/fresh/again");
  assert.equal(asked.at(-1), "/fresh/again");
  assert.equal(asked.length, 4);
  shop.pass(600_000);
  await client.get("/orders");
  assert.equal(claimsIn(await tokenOf(client))["sid"], before["sid"]);
  assert.equal(phone.counters().logins, 2);
  phone.rethrow();
});

test("ten calls that meet the challenge at once share one step-up", async (t) => {
  const { client, phone, asked } = await signedInLongAgo(t);
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => client.get(`/fresh/${index}`)));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.equal(asked.filter((path) => path === "/auth/me/step-up").length, 1);
  assert.equal(phone.counters().logins, 2);
});

test("a guard that wants presence is not answered by a login code", async (t) => {
  const { client, asked } = await signedInLongAgo(t);
  assert.equal(await failureOf(client.get("/strong/pay")), "forbidden step_up_required");
  assert.deepEqual(asked, ["/strong/pay"]);
});

test("a route whose clock is never content does not loop", async (t) => {
  const { client, shop, asked } = await signedInLongAgo(t);
  const intercept = shop.intercept;
  shop.intercept = async (request: IncomingMessage, response) => {
    if ((await intercept?.(request, response)) === true) return true;
    if (request.url !== "/fresh/wrong-clock") return false;
    const challenge = 'Bearer error="insufficient_user_authentication", max_age="300"';
    response.writeHead(401, { "www-authenticate": challenge, "hufu-reason": "step_up_required" });
    response.end("{}");
    return true;
  };
  assert.equal(await failureOf(client.get("/fresh/wrong-clock")), "bug step_up_required");
  assert.deepEqual(asked, ["/fresh/wrong-clock", "/auth/me/step-up", "/fresh/wrong-clock"]);
  assert.equal((await client.session()).signedIn, true);
});

test("a used code is replaced once", async (t) => {
  const { client, phone, asked, refuse } = await signedInLongAgo(t);
  refuse("/auth/me/step-up", 400, "login_code_used");
  await client.get("/fresh");
  assert.equal(asked.filter((path) => path === "/auth/me/step-up").length, 2);
  assert.equal(phone.counters().logins, 3);
});

test("codes that are refused twice and another identity are clear failures, and sign nobody out", async (t) => {
  const { client, refuse, shop } = await signedInLongAgo(t);
  for (const [status, reason, times, failure] of [
    [400, "login_code_invalid", 2, "bug login_code_invalid"],
    [403, "identity_mismatch", 1, "forbidden identity_mismatch"],
  ] as const) {
    refuse("/auth/me/step-up", status, reason, times);
    assert.equal(await failureOf(client.get("/fresh")), failure);
    assert.equal((await client.session()).signedIn, true, reason);
    // The platform counts logins.
    shop.pass(60_000);
  }
  await client.get("/fresh");
});

test("a phone without a network says so, and steps up when it is back", async (t) => {
  const { client, phone, shop } = await signedInLongAgo(t, 20);
  shop.intercept = (request) => {
    if (request.url === "/auth/me/step-up") phone.setNetwork("off");
    return false;
  };
  assert.match(await failureOf(client.get("/fresh", {}, { timeout: 20_000 })), /^offline /);
  shop.intercept = undefined;
  phone.setNetwork("perfect");
  assert.equal((await client.session()).signedIn, true);
  await client.get("/fresh");
});

test("a session that was ended meanwhile ends as it always does, and is no step-up's fault", async (t) => {
  const { client, shop } = await signedInLongAgo(t);
  const { user } = await client.session();
  shop.intercept = async (request) => {
    if (request.url === "/auth/me/step-up") await shop.hufu.sessions.kickAll(user?.id ?? "");
    return false;
  };
  assert.equal(await failureOf(client.get("/fresh")), "signed-out session_kicked");
  assert.deepEqual((await client.session()).ended, "session_kicked");
});

test("without the file a challenge is a mistake of the app, which has to include it", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  shop.pass((FRESH_S + 1) * 1000);
  assert.equal(await failureOf(client.get("/fresh")), "bug step_up_required");
});

test("a route that wants presence asks for the finger, once, where the app says so", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.clientWithStepUp(phone, PATIENT, { soter: { operation: "pay", content: "Pay 5 yuan" } });
  await client.get("/orders");
  const before = claimsIn(await tokenOf(client));
  assert.equal((await client.get("/strong/pay")).statusCode, 200);
  const { acr, amr, sid } = claimsIn(await tokenOf(client));
  assert.deepEqual([acr, amr, sid], ["soter", ["fpt"], before["sid"]]);
  assert.equal(phone.counters().logins, 1, "no login code is needed for it");
  shop.pass(600_000);
  await client.get("/orders");
  assert.equal(claimsIn(await tokenOf(client))["acr"], "platform");
  phone.rethrow();
});

test("a phone without biometrics fails such a call clearly", async (t) => {
  const shop = await openShop(t);
  for (const [biometrics, extras] of [
    [[], {}],
    [["fingerPrint"], { checkIsSupportSoterAuthentication: undefined }],
    [["fingerPrint"], { startSoterAuthentication: ({ fail }: { fail(failure: object): void }) => fail({}) }],
  ] as const) {
    const client = shop.clientWithStepUp(shop.phone({ biometrics, extras }), {}, { soter: { operation: "pay" } });
    assert.equal(await failureOf(client.get("/strong/pay")), "forbidden step_up_required");
    assert.equal((await client.session()).signedIn, true);
  }
});
