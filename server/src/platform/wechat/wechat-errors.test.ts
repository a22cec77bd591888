import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyWeChatError, weChatRefusal } from "./wechat-errors.ts";

const TABLE = [
  [-1, "busy", "platform_unavailable", 2],
  [40029, "invalid", "login_code_invalid", undefined],
  [40163, "used", "login_code_used", undefined],
  [40226, "blocked", "platform_blocked", undefined],
  [45011, "rate_limited", "platform_rate_limited", 60],
  [45009, "rate_limited", "platform_rate_limited", 60],
  [40001, "token_rejected", "platform_misconfigured", undefined],
  [40014, "token_rejected", "platform_misconfigured", undefined],
  [42001, "token_rejected", "platform_misconfigured", undefined],
  [40003, "openid_invalid", "platform_misconfigured", undefined],
  [87007, "session_key_dead", "platform_misconfigured", undefined],
  [87009, "session_key_dead", "platform_misconfigured", undefined],
  ...[40002, 40013, 40125, 40164, 40243, 41002, 41004, 41008, 43002, 47001, 61003, 87008, 89503].map(
    (errcode) => [errcode, "misconfigured", "platform_misconfigured", undefined] as const,
  ),
  [99999, "unknown", "platform_misconfigured", undefined],
  [0.5, "unknown", "platform_misconfigured", undefined],
] as const;

for (const [errcode, name, reason, retryAfter] of TABLE) {
  test(`errcode ${errcode} is ${name} and answers ${reason}`, () => {
    assert.equal(classifyWeChatError(errcode), name);
    const refusal = weChatRefusal("call", { kind: "answer", errcode, rid: "aaaaaaaa-bbbbbbbb", fields: {} });
    assert.equal(refusal.reason, reason);
    assert.equal(refusal.retryAfter, retryAfter);
    assert.match(refusal.detail ?? "", new RegExp(`errcode ${errcode} .*rid aaaaaaaa-bbbbbbbb`));
  });
}

for (const what of ["unreachable", "timeout", "reset", "unreadable"] as const) {
  test(`${what} is platform_unavailable with a Retry-After`, () => {
    const refusal = weChatRefusal("call", { kind: "fault", what, detail: "d" });
    assert.equal(refusal.reason, "platform_unavailable");
    assert.equal(refusal.retryAfter, 2);
  });
}
