import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../until.fixture.ts";
import { requested, startBackend, startPhone } from "../phone.fixture.ts";
import { createSeededRandom } from "../seeded-random.ts";
import { drawFate } from "./call-fate.ts";
import { NETWORKS } from "./network-profile.ts";

/** Longer than any wait of this machine, however fast a phone's time passes. */
const LONG_MS = 1e9;
const FAST = 200;

test("five seconds in the background, then what is unfinished is interrupted, and nothing goes until the foreground", async (t) => {
  const { url } = await startBackend(t, (request, response) => {
    if (request.url !== "/never") response.end("{}");
  });
  const phone = startPhone(t, { speed: 5 });
  const slow = requested(phone.wx, { url: `${url}/never` });
  phone.background();
  assert.equal((await requested(phone.wx, { url })).statusCode, 200, "the first five seconds still count");
  await assert.rejects(slow, { errMsg: "request:fail interrupted", errno: 600_003 });
  await assert.rejects(requested(phone.wx, { url }), { errMsg: "request:fail interrupted" });
  phone.foreground();
  assert.equal((await requested(phone.wx, { url })).statusCode, 200);
  assert.equal(phone.counters().interrupted, 2);
});

test("a phone that is back within five seconds notices nothing", async (t) => {
  const held: (() => void)[] = [];
  const { url } = await startBackend(t, (_request, response) => held.push(() => response.end("{}")));
  const phone = startPhone(t);
  const call = requested(phone.wx, { url });
  await until(() => held.length > 0);
  phone.background();
  phone.foreground();
  for (const answer of held) answer();
  assert.equal((await call).statusCode, 200);
});

test("a lost request never arrives; a lost answer was carried out", async (t) => {
  const { url, arrived } = await startBackend(t);
  const phone = startPhone(t, { speed: FAST });
  phone.setNetwork({ ...NETWORKS.perfect, lostRequest: 1 });
  await assert.rejects(requested(phone.wx, { url }), { errMsg: "request:fail " });
  assert.equal(arrived.length, 0);
  phone.setNetwork({ ...NETWORKS.perfect, lostAnswer: 1 });
  await assert.rejects(requested(phone.wx, { url }), { errMsg: "request:fail " });
  assert.equal(arrived.length, 1);
  const { lostRequests, lostAnswers } = phone.counters();
  assert.deepEqual([lostRequests, lostAnswers], [1, 1]);
});

test("a duplicate arrives later, and no call waits for its answer", async (t) => {
  const { url, arrived } = await startBackend(t);
  const phone = startPhone(t, { speed: 2000, network: { ...NETWORKS.perfect, duplicate: 1 } });
  assert.equal(
    (await requested(phone.wx, { url, method: "POST", data: { once: true }, timeout: LONG_MS })).statusCode,
    200,
  );
  await until(() => arrived.length >= 2);
  assert.deepEqual(
    arrived.map(({ body }) => body),
    ['{"once":true}', '{"once":true}'],
  );
});

test("an answer that is cut in the middle is a failure", async (t) => {
  const { url } = await startBackend(t);
  const phone = startPhone(t, { network: { ...NETWORKS.perfect, cutAnswer: 1 } });
  await assert.rejects(requested(phone.wx, { url }), { errMsg: "request:fail " });
});

test("a hotel answers 200 and HTML in everybody's place", async (t) => {
  const { url, arrived } = await startBackend(t);
  const { statusCode, data } = await requested(startPhone(t, { network: "portal" }).wx, { url });
  assert.equal(statusCode, 200);
  assert.match(String(data), /^<!doctype html>/);
  assert.equal(arrived.length, 0);
});

test("after a kill nothing that was under way is heard of, and the storage is as it was", async (t) => {
  const { url } = await startBackend(t, (_request, response) => setTimeout(() => response.end("{}"), 20));
  const phone = startPhone(t);
  let heard = 0;
  const { wx } = phone;
  wx.setStorageSync("kept", 1);
  wx.request({ url, complete: () => (heard += 1) });
  wx.setStorage({ key: "lost", data: 2, complete: () => (heard += 1) });
  phone.restart();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(heard, 0);
  assert.deepEqual(phone.wx.getStorageInfoSync().keys, ["kept"]);
});

test("the same seed gives the same day", () => {
  const day = (seed: number): unknown[] => {
    const seeded = createSeededRandom(seed);
    return Array.from({ length: 200 }, () => drawFate(NETWORKS.subway, seeded));
  };
  assert.deepEqual(day(7), day(7));
  assert.notDeepEqual(day(7), day(8));
});

test("in the long run a profile keeps its numbers", () => {
  const seeded = createSeededRandom(11);
  const fates = Array.from({ length: 20_000 }, () => drawFate(NETWORKS.subway, seeded));
  const share = (matches: (fate: (typeof fates)[number]) => boolean): number =>
    fates.filter(matches).length / fates.length;
  assert.ok(Math.abs(share((fate) => !fate.arrives) - 0.12) < 0.01);
  assert.ok(Math.abs(share((fate) => fate.arrives && fate.answer === "lost") - 0.88 * 0.17) < 0.01);
});

test("calls that never come to an end, and callbacks that throw, can be seen", async (t) => {
  const { url } = await startBackend(t, () => undefined);
  const phone = startPhone(t);
  phone.wx.request({ url });
  assert.deepEqual(phone.unsettled(), ["request"]);
  phone.wx.getNetworkType({
    success: () => {
      throw new Error("a bug of the page");
    },
  });
  let thrown: unknown;
  await until(() => {
    try {
      phone.rethrow();
    } catch (error) {
      thrown = error;
    }
    return thrown !== undefined;
  });
  assert.match(String(thrown), /a bug of the page/);
});
