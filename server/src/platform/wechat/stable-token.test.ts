import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors.ts";
import type { Reason } from "../../core/reasons.ts";
import type { App } from "../platform.ts";
import {
  everythingIn,
  hangs,
  openWorld,
  plainBox,
  resets,
  SECRET,
  says,
  type World,
} from "./scripted-wechat.fixture.ts";

const TOKEN = "access-token-of-the-tests";
const token = (name = TOKEN, seconds: unknown = 7200) => says({ access_token: name, expires_in: seconds });
const GOOD = says({ errcode: 0, errmsg: "ok" });
const STALE = says({ errcode: 40001, errmsg: "invalid credential, rid: 626d6eea-742b9141-407c26f8" });

/** The simplest call that needs a token. */
const check = (world: World, app: App = world.app) => world.wechat.checkSessionKey(app, "o-user", "c2Vzc2lvbi1rZXk=");
const paths = (world: World) => world.seen.map(({ path }) => path.split("/").at(-1));
const tokensUsed = (world: World) => world.seen.flatMap(({ query }) => query.get("access_token") ?? []);
const refusedWith = (reason: Reason) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  return true;
};

test("a token is asked for by POST with a JSON body, and never by force", async (t) => {
  const world = await openWorld(t);
  world.script(token(), GOOD);
  await check(world);
  const request = world.seen[0];
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
  const world = await openWorld(t);
  world.script(token("first"), GOOD, GOOD, token("second"), GOOD);
  await check(world);
  world.advance(6_899_000);
  await check(world);
  world.advance(1000);
  await check(world);
  assert.deepEqual(tokensUsed(world), ["first", "first", "second"]);
  assert.deepEqual(
    [...world.kept.values()].map(({ ttlMs }) => ttlMs),
    [6_900_000],
  );
});

test("a token that is about to end is used, but not kept", async (t) => {
  const world = await openWorld(t);
  world.script(token("short", 300), GOOD);
  await check(world);
  assert.equal(world.kept.size, 0);
});

test("an absurd lifetime is cut to two hours", async (t) => {
  const world = await openWorld(t);
  world.script(token("long", 10 ** 9), GOOD);
  await check(world);
  assert.deepEqual(
    [...world.kept.values()].map(({ ttlMs }) => ttlMs),
    [6_900_000],
  );
});

test("many calls at once fetch one token", async (t) => {
  const world = await openWorld(t);
  world.script(token(), ...Array.from({ length: 20 }, () => GOOD));
  assert.ok((await Promise.all(Array.from({ length: 20 }, () => check(world)))).every(Boolean));
  assert.equal(paths(world).filter((path) => path === "stable_token").length, 1);
});

test("a fetch that fails is not remembered", async (t) => {
  const world = await openWorld(t);
  world.script(says({ errcode: 40125, errmsg: "invalid appsecret" }), token(), GOOD);
  await assert.rejects(check(world), refusedWith("platform_misconfigured"));
  assert.equal(await check(world), true);
});

test("apps, endpoints and secrets do not share a token", async (t) => {
  const world = await openWorld(t);
  world.script(token("a"), GOOD, token("b"), GOOD, token("c"), GOOD);
  await check(world);
  await check(world, { ...world.app, appId: "wx-other" });
  await check(world, { ...world.app, appSecret: "another" });
  assert.deepEqual(tokensUsed(world), ["a", "b", "c"]);
});

for (const errcode of [40001, 40014, 42001]) {
  test(`${errcode} of another call fetches a new token and asks exactly once more`, async (t) => {
    const world = await openWorld(t);
    world.script(token("old"), says({ errcode }), token("new"), GOOD, GOOD);
    assert.equal(await check(world), true);
    assert.equal(await check(world), true);
    assert.deepEqual(tokensUsed(world), ["old", "new", "new"]);
  });
}

test("a token that is rejected twice is the operator's matter, not a loop", async (t) => {
  const world = await openWorld(t);
  world.script(token("old"), STALE, token("new"), STALE, GOOD);
  await assert.rejects(check(world), refusedWith("platform_misconfigured"));
  assert.equal(world.seen.length, 4);
});

test("what another node has put into the cache since is used instead of a fetch (F25)", async (t) => {
  const world = await openWorld(t);
  const swap: typeof STALE = (request, response) => {
    const [key] = [...world.kept.keys()];
    assert.ok(key !== undefined);
    world.kept.set(key, { value: plainBox.seal(JSON.stringify(["theirs", 9e15]), key), ttlMs: 1 });
    STALE(request, response);
  };
  world.script(token("ours"), swap, GOOD);
  assert.equal(await check(world), true);
  assert.deepEqual(tokensUsed(world), ["ours", "theirs"]);
});

test("a cache entry that is spoilt, moved or foreign is as good as none", async (t) => {
  const world = await openWorld(t);
  world.script(token("one"), GOOD);
  await check(world);
  const [key] = [...world.kept.keys()];
  assert.ok(key !== undefined);
  const bad = ["", "x", plainBox.seal("[]", key), plainBox.seal("{}", key), plainBox.seal('["t",9e15]', "elsewhere")];
  for (const value of [...bad, plainBox.seal('["a b",9e15]', key), plainBox.seal('["t","9e15"]', key)]) {
    world.kept.set(key, { value, ttlMs: 1 });
    world.script(token("fresh"), GOOD);
    await check(world);
    assert.equal(tokensUsed(world).at(-1), "fresh", value);
  }
});

test("a cache that is down costs a fetch, nothing else", async (t) => {
  const down = async () => {
    throw new Error("cache down");
  };
  const world = await openWorld(t, { cache: { recall: down, remember: down } });
  world.script(token(), GOOD, token(), GOOD);
  assert.equal(await check(world), true);
  assert.equal(await check(world), true);
});

test("keys are short ASCII without the appid's secret, and the cached token is sealed", async (t) => {
  const world = await openWorld(t);
  world.script(token(), GOOD);
  await check(world);
  for (const [key, { value }] of world.kept) {
    assert.match(key, /^[\x21-\x7e]{1,200}$/);
    assert.ok(!`${key}${value}`.includes(TOKEN));
    assert.ok(!`${key}${value}`.includes(SECRET));
  }
  assert.equal(world.kept.size, 1);
});

test("an answer without a usable token is platform_unavailable", async (t) => {
  const world = await openWorld(t);
  const bodies = [
    {},
    { access_token: TOKEN },
    { access_token: "", expires_in: 7200 },
    { access_token: TOKEN, expires_in: 0 },
  ];
  for (const body of [...bodies, { access_token: 5, expires_in: 7200 }, { access_token: TOKEN, expires_in: "7200" }]) {
    world.script(says(body));
    await assert.rejects(check(world), refusedWith("platform_unavailable"), JSON.stringify(body));
  }
});

test("one caller's deadline ends that caller's wait, not the fetch that others wait for", async (t) => {
  const world = await openWorld(t);
  let release: (() => void) | undefined;
  world.script((request, response) => {
    release = () => token()(request, response);
  }, GOOD);
  const first = check(world);
  const second = check(world);
  await world.arrived(1);
  // The first deadline made is the first caller's.
  assert.equal(world.deadlines[0]?.ms, 10_000);
  world.deadlines[0]?.pass();
  await assert.rejects(first, refusedWith("platform_unavailable"));
  release?.();
  assert.equal(await second, true);
});

test("calls with a token are not repeated after a time-out or reset", async (t) => {
  const world = await openWorld(t);
  world.script(token(), hangs);
  const checking = check(world);
  await world.arrived(2);
  world.deadlines.at(-1)?.pass();
  await assert.rejects(checking, refusedWith("platform_unavailable"));
  world.script(resets);
  await assert.rejects(check(world), refusedWith("platform_unavailable"));
  assert.equal(world.seen.length, 3);
});

test("no error and no log line repeats a token or the secret", async (t) => {
  const world = await openWorld(t);
  const echo = { errcode: 40013, errmsg: `${TOKEN} ${SECRET} rid: ${TOKEN}` };
  world.script(token(), says(echo), STALE, token(), says(echo), says(`${TOKEN} ${SECRET}`), resets);
  const texts: string[] = [];
  for (let i = 0; i < 4; i++) await check(world).catch((error: unknown) => texts.push(everythingIn(error)));
  assert.equal(texts.length, 4);
  const all = `${texts.join("\n")}\n${JSON.stringify(world.logs)}`;
  for (const secret of [TOKEN, SECRET]) assert.ok(!all.includes(secret), secret);
});
