import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HufuClientError } from "./failure.ts";
import { CLIENT_REASONS, KIND_TEXTS, REASON_TEXTS, textFor } from "./texts.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

test("every reason with a text of its own is one of the protocol's or one of the client's", () => {
  for (const reason of Object.keys(REASON_TEXTS)) {
    assert.ok(PAGE.includes(`\`${reason}\``) || reason in CLIENT_REASONS, reason);
  }
});

test("the client's own reasons are the words that its code uses, and none of the protocol's", () => {
  const files = ["calls", "guard-answer", "platform-failure", "session", "token-endpoint", "token-verdict"];
  const code = files.map((file) => readFileSync(join(ROOT, `client/src/${file}.ts`), "utf8")).join("\n");
  for (const reason of Object.keys(CLIENT_REASONS)) {
    assert.ok(code.includes(`"${reason}"`), `no code says ${reason}`);
    assert.ok(!PAGE.includes(`\`${reason}\``), `${reason} is the protocol's`);
  }
});

test("both languages say something, by reason where there is more to say than by kind", () => {
  for (const text of [...Object.values(KIND_TEXTS), ...Object.values(REASON_TEXTS)]) {
    assert.match(text.zh, /\p{Script=Han}/u);
    assert.match(text.en, /^[A-Z].*\.$/);
  }
  assert.equal(textFor(new HufuClientError("signed-out", "session_kicked")), REASON_TEXTS["session_kicked"]?.zh);
  assert.equal(textFor(new HufuClientError("busy", "store_unavailable"), "en"), KIND_TEXTS.busy.en);
  for (const other of [new TypeError("x is not a function"), "text", undefined, null]) {
    assert.equal(textFor(other), KIND_TEXTS.bug.zh);
  }
});
