import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import type { App } from "../platform.ts";
import {
  type Environment,
  everythingIn,
  hangs,
  openEnvironment,
  plainBox,
  resets,
  SECRET,
  says,
} from "./scripted-wechat.fixture.ts";

const TOKEN = "access-token-of-the-tests";
const token = (name = TOKEN, seconds: unknown = 7200) => says({ access_token: name, expires_in: seconds });
const GOOD = says({ errcode: 0, errmsg: "ok" });
const STALE = says({ errcode: 40001, errmsg: "invalid credential, rid: 626d6eea-742b9141-407c26f8" });

/** The simplest call that needs a token. */
const check = (environment: Environment, app: App = environment.app) =>
  environment.wechat.checkSessionKey(app, "o-user", "c2Vzc2lvbi1rZXk=");
const paths = (environment: Environment) => environment.seen.map(({ path }) => path.split("/").at(-1));
const tokensUsed = (environment: Environment) =>
  environment.seen.flatMap(({ query }) => query.get("access_token") ?? []);
const refusedWith = (reason: Reason) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  return true;
};

test("a token is asked for by POST with a JSON body, and never by force", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token(), GOOD);
  await check(environment);
  const request = environment.seen[0];
  assert.equal(request?.method, "POST");
  assert.equal(request?.path, "/cgi-bin/stable_token");
  assert.equal(request?.contentType, "application/json");
  assert.equal(request?.query.size, 0);
  assert.deepEqual(JSON.parse(request?.body ?? ""), {
    grant_type: "client_credential",
    appid: "wx-app",
    secret: SECRET,
  });
});

test("a token is used until five minutes before its end", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("first"), GOOD, GOOD, token("second"), GOOD);
  await check(environment);
  environment.advance(6_899_000);
  await check(environment);
  environment.advance(1000);
  await check(environment);
  assert.deepEqual(tokensUsed(environment), ["first", "first", "second"]);
  assert.deepEqual(
    [...environment.kept.values()].map(({ ttlMs }) => ttlMs),
    [6_900_000],
  );
});

test("a token that is about to end is used, but not kept", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("short", 300), GOOD);
  await check(environment);
  assert.equal(environment.kept.size, 0);
});

test("an absurd lifetime is cut to two hours", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("long", 10 ** 9), GOOD);
  await check(environment);
  assert.deepEqual(
    [...environment.kept.values()].map(({ ttlMs }) => ttlMs),
    [6_900_000],
  );
});

test("many calls at once fetch one token", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token(), ...Array.from({ length: 20 }, () => GOOD));
  assert.ok((await Promise.all(Array.from({ length: 20 }, () => check(environment)))).every(Boolean));
  assert.equal(paths(environment).filter((path) => path === "stable_token").length, 1);
});

test("a fetch that fails is not remembered", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(says({ errcode: 40125, errmsg: "invalid appsecret" }), token(), GOOD);
  await assert.rejects(check(environment), refusedWith("platform_misconfigured"));
  assert.equal(await check(environment), true);
});

test("apps, endpoints and secrets do not share a token", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("a"), GOOD, token("b"), GOOD, token("c"), GOOD);
  await check(environment);
  await check(environment, { ...environment.app, appId: "wx-other" });
  await check(environment, { ...environment.app, appSecret: "another" });
  assert.deepEqual(tokensUsed(environment), ["a", "b", "c"]);
});

for (const errcode of [40001, 40014, 42001]) {
  test(`${errcode} of another call fetches a new token and asks exactly once more`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(token("old"), says({ errcode }), token("new"), GOOD, GOOD);
    assert.equal(await check(environment), true);
    assert.equal(await check(environment), true);
    assert.deepEqual(tokensUsed(environment), ["old", "new", "new"]);
  });
}

test("a token that is rejected twice is the operator's matter, not a loop", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("old"), STALE, token("new"), STALE, GOOD);
  await assert.rejects(check(environment), refusedWith("platform_misconfigured"));
  assert.equal(environment.seen.length, 4);
});

test("what another node has put into the cache since is used instead of a fetch (F25)", async (t) => {
  const environment = await openEnvironment(t);
  const swap: typeof STALE = (request, response) => {
    const [key] = [...environment.kept.keys()];
    assert.ok(key !== undefined);
    environment.kept.set(key, { value: plainBox.seal(JSON.stringify(["theirs", 9e15]), key), ttlMs: 1 });
    STALE(request, response);
  };
  environment.script(token("ours"), swap, GOOD);
  assert.equal(await check(environment), true);
  assert.deepEqual(tokensUsed(environment), ["ours", "theirs"]);
});

test("a cache entry that is spoilt, moved or foreign is as good as none", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token("one"), GOOD);
  await check(environment);
  const [key] = [...environment.kept.keys()];
  assert.ok(key !== undefined);
  const bad = ["", "x", plainBox.seal("[]", key), plainBox.seal("{}", key), plainBox.seal('["t",9e15]', "elsewhere")];
  for (const value of [...bad, plainBox.seal('["a b",9e15]', key), plainBox.seal('["t","9e15"]', key)]) {
    environment.kept.set(key, { value, ttlMs: 1 });
    environment.script(token("fresh"), GOOD);
    await check(environment);
    assert.equal(tokensUsed(environment).at(-1), "fresh", value);
  }
});

test("a cache that is down costs a fetch, nothing else", async (t) => {
  const down = async () => {
    throw new Error("cache down");
  };
  const environment = await openEnvironment(t, { cache: { recall: down, remember: down } });
  environment.script(token(), GOOD, token(), GOOD);
  assert.equal(await check(environment), true);
  assert.equal(await check(environment), true);
});

test("keys are short ASCII without the appid's secret, and the cached token is sealed", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token(), GOOD);
  await check(environment);
  for (const [key, { value }] of environment.kept) {
    assert.match(key, /^[\x21-\x7e]{1,200}$/);
    assert.ok(!`${key}${value}`.includes(TOKEN));
    assert.ok(!`${key}${value}`.includes(SECRET));
  }
  assert.equal(environment.kept.size, 1);
});

test("an answer without a usable token is platform_unavailable", async (t) => {
  const environment = await openEnvironment(t);
  const bodies = [
    {},
    { access_token: TOKEN },
    { access_token: "", expires_in: 7200 },
    { access_token: TOKEN, expires_in: 0 },
  ];
  for (const body of [...bodies, { access_token: 5, expires_in: 7200 }, { access_token: TOKEN, expires_in: "7200" }]) {
    environment.script(says(body));
    await assert.rejects(check(environment), refusedWith("platform_unavailable"), JSON.stringify(body));
  }
});

test("one caller's deadline ends that caller's wait, not the fetch that others wait for", async (t) => {
  const environment = await openEnvironment(t);
  let release: (() => void) | undefined;
  environment.script((request, response) => {
    release = () => token()(request, response);
  }, GOOD);
  const first = check(environment);
  const second = check(environment);
  await environment.arrived(1);
  // The first deadline made is the first caller's.
  assert.equal(environment.deadlines[0]?.ms, 10_000);
  environment.deadlines[0]?.pass();
  await assert.rejects(first, refusedWith("platform_unavailable"));
  release?.();
  assert.equal(await second, true);
});

test("calls with a token are not repeated after a time-out or reset", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(token(), hangs);
  const checking = check(environment);
  await environment.arrived(2);
  environment.deadlines.at(-1)?.pass();
  await assert.rejects(checking, refusedWith("platform_unavailable"));
  environment.script(resets);
  await assert.rejects(check(environment), refusedWith("platform_unavailable"));
  assert.equal(environment.seen.length, 3);
});

test("no error and no log line repeats a token or the secret", async (t) => {
  const environment = await openEnvironment(t);
  const echo = { errcode: 40013, errmsg: `${TOKEN} ${SECRET} rid: ${TOKEN}` };
  environment.script(token(), says(echo), STALE, token(), says(echo), says(`${TOKEN} ${SECRET}`), resets);
  const texts: string[] = [];
  for (let i = 0; i < 4; i++) await check(environment).catch((error: unknown) => texts.push(everythingIn(error)));
  assert.equal(texts.length, 4);
  const all = `${texts.join("\n")}\n${JSON.stringify(environment.logs)}`;
  for (const secret of [TOKEN, SECRET]) assert.ok(!all.includes(secret), secret);
});
