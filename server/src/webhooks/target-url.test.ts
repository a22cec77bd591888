import assert from "node:assert/strict";
import { test } from "node:test";
import { BLOCKED_PORTS } from "./blocked-ports.ts";
import { shownUrl, targetUrlMistake } from "./target-url.ts";

test("a port that fetch never asks is refused at once, and fetch does refuse each", async () => {
  for (const port of BLOCKED_PORTS) {
    const url = `http://127.0.0.1:${port}/hook`;
    assert.equal(targetUrlMistake(url), `must have another port: fetch never asks port ${port}`);
    const error: unknown = await fetch(url).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof TypeError && error.cause instanceof Error, `${port}`);
    assert.equal(error.cause.message, "bad port", `${port}`);
  }
  for (const port of ["", ":80", ":443", ":3000", ":8443", ":6001", ":10081"]) {
    assert.equal(targetUrlMistake(`https://api.example.com${port}/hook`), undefined);
  }
});

test("the log shows where a URL goes, and no query and no part of its path that may be a key", () => {
  for (const [url, shown] of [
    ["https://api.example.com/internal/hufu-webhooks-receiver", undefined],
    ["https://api.example.com:8443/v1/hooks/", undefined],
    ["https://api.example.com/hook?key=693axxx6", "https://api.example.com/hook"],
    [
      "https://open.feishu.cn/open-apis/bot/v2/hook/8f2b1c6e-1d2f-4c77-9a3b-0e5d",
      "https://open.feishu.cn/open-apis/bot/v2/hook/…",
    ],
    ["https://hooks.example.com/services/T0/XyZabcdefghijklmn/end", "https://hooks.example.com/services/T0/…/end"],
    ["https://hooks.example.com/s%65cret-0123456789ab", "https://hooks.example.com/…"],
  ] as const) {
    assert.equal(shownUrl(url), shown ?? url);
  }
});
