import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HufuClientError } from "./failure.ts";
import { CLIENT_REASONS, KIND_TEXTS, REASON_TEXTS, textFor } from "./texts.ts";

const ROOT = join(import.meta.dirname, "../..");
/** As far as it is about what is sent; then options of the server follow, which may have the same words. */
const [PAGE = ""] = readFileSync(join(ROOT, "docs/protocol.md"), "utf8").split("\n## 10. ");

test("every reason with a text of its own is one of the protocol's or one of the client's", () => {
  for (const reason of Object.keys(REASON_TEXTS)) {
    assert.ok(PAGE.includes(`\`${reason}\``) || reason in CLIENT_REASONS, reason);
  }
});

test("the client's own reasons are the words that its code uses, and none of the protocol's", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.ts$/.test(file) && !/^texts|\.test\./.test(file),
  );
  const code = files.map((file) => readFileSync(join(import.meta.dirname, file), "utf8")).join("\n");
  for (const reason of Object.keys(CLIENT_REASONS)) {
    assert.ok(code.includes(`"${reason}"`), `no code says ${reason}`);
    assert.ok(!PAGE.includes(`\`${reason}\``), `${reason} is the protocol's`);
  }
});

test("each text names the next step, in words for users", () => {
  for (const [name, { zh, en }] of [...Object.entries(KIND_TEXTS), ...Object.entries(REASON_TEXTS)]) {
    if (name === "aborted") continue;
    assert.match(zh, /请(?!求)/, name);
    assert.doesNotMatch(zh, /请求|管理员|接口|服务器/, name);
    assert.match(en, /\b(try|check|sign|contact|confirm)\b/i, name);
    assert.doesNotMatch(en, /\b(request|administrator|endpoint|server|background)\b/i, name);
  }
});

test("what the app itself ended shows nothing", () => {
  assert.equal(textFor(new HufuClientError("offline", "aborted")), "");
  assert.equal(textFor(new HufuClientError("offline", "aborted"), "en"), "");
});

test("texts claim no more than the reason says", () => {
  // The same device may have signed in again.
  for (const text of Object.values(REASON_TEXTS["session_replaced"] ?? {}))
    assert.doesNotMatch(text, /其他设备|another device/);
  // The user may never have signed in.
  for (const text of Object.values(REASON_TEXTS["sign_in_needed"] ?? {})) assert.doesNotMatch(text, /重新|again/);
});

test("both languages say something, by reason where there is more to say than by kind", () => {
  for (const text of [...Object.values(KIND_TEXTS), ...Object.values(REASON_TEXTS)]) {
    if (text === REASON_TEXTS["aborted"]) continue;
    assert.match(text.zh, /\p{Script=Han}/u);
    assert.match(text.en, /^[A-Z].*\.$/);
  }
  assert.equal(textFor(new HufuClientError("signed-out", "session_kicked")), REASON_TEXTS["session_kicked"]?.zh);
  assert.equal(textFor(new HufuClientError("busy", "store_unavailable"), "en"), KIND_TEXTS.busy.en);
  for (const other of [new TypeError("x is not a function"), "text", undefined, null]) {
    assert.equal(textFor(other), KIND_TEXTS.bug.zh);
  }
});
