import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { silentLogger } from "../core/log/log.ts";
import { createPlatforms } from "./platforms.ts";
import { plainBox } from "./wechat/scripted-wechat.fixture.ts";
import { createWeChat, type WeChatOptions } from "./wechat/wechat.ts";

const OPTIONS: WeChatOptions = {
  fetch,
  clock: { now: () => 0, monotonic: () => 0 },
  log: silentLogger,
  cache: { recall: async () => undefined, remember: async () => undefined },
  box: plainBox,
};

test("a platform is found by its name, another is an operator's mistake", () => {
  const wechat = createWeChat(OPTIONS);
  const platforms = createPlatforms([wechat]);
  assert.equal(platforms.find("wechat"), wechat);
  assert.deepEqual(platforms.names, ["wechat"]);
  for (const name of ["qq", "", "constructor"]) {
    assert.throws(
      () => platforms.find(name),
      (error: unknown) => error instanceof HufuError && error.reason === "platform_misconfigured",
    );
  }
});

test("two platforms of one name stop the start", () => {
  assert.throws(() => createPlatforms([createWeChat(OPTIONS), createWeChat(OPTIONS)]), TypeError);
});

test("a time-out that is no length of time stops the start", () => {
  for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => createWeChat({ ...OPTIONS, callTimeoutMs: ms }), /callTimeoutMs/);
    assert.throws(() => createWeChat({ ...OPTIONS, signInTimeoutMs: ms }), /signInTimeoutMs/);
  }
});
