import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { REASONS } from "../../core/errors/reasons.ts";
import { createNotices } from "../../core/log/notices.ts";
import type { Answer } from "../messages/call.ts";
import { ERROR_TABLE } from "./error-table.ts";
import { answerToError, guardRefusal, oauthRefusal } from "./wire-error.ts";

const REQUEST = { requestId: "r1" };

const bodyOf = ({ body }: Answer): unknown => JSON.parse(body ?? "null");

test("a refusal says what it carries, and nothing that is for the log alone", () => {
  const refusal = new HufuError("account_banned", {
    why: "banned",
    bannedUntil: 1_790_000_000,
    detail: "for the log",
    cause: new Error("also for the log"),
  });
  const answer = oauthRefusal(refusal, REQUEST);
  assert.equal(answer.status, 403);
  assert.deepEqual(bodyOf(answer), {
    error: "access_denied",
    error_description: ERROR_TABLE.account_banned.description,
    reason: "account_banned",
    why: "banned",
    banned_until: 1_790_000_000,
    request_id: "r1",
  });
});

test("a caller is told how long to wait, in whole seconds", () => {
  assert.equal(oauthRefusal(new HufuError("rate_limited", { retryAfter: 1.2 }), REQUEST).headers["retry-after"], "2");
  assert.equal(oauthRefusal(new HufuError("store_unavailable"), REQUEST).headers["retry-after"], "1");
  assert.equal(guardRefusal(new HufuError("revocations_unknown"), REQUEST).headers["retry-after"], "1");
  assert.equal(oauthRefusal(new HufuError("login_code_used"), REQUEST).headers["retry-after"], undefined);
});

test("every 401 of the token endpoint carries a challenge (RFC 9110 §15.5.2), and nothing else does", () => {
  for (const reason of REASONS) {
    const { status, headers } = oauthRefusal(new HufuError(reason), REQUEST);
    assert.equal(headers["www-authenticate"], status === 401 ? 'Basic realm="hufu"' : undefined, reason);
  }
});

test("every refusal of a guard carries its reason, and a challenge wherever 401 asks for one", () => {
  for (const reason of REASONS) {
    const { status, headers } = guardRefusal(new HufuError(reason), REQUEST);
    assert.equal(headers["hufu-reason"], reason);
    assert.equal(headers["cache-control"], "no-store");
    if (status === 401) assert.match(headers["www-authenticate"] ?? "", /^(Bearer|DPoP) realm="hufu"/, reason);
    if (status >= 500) assert.equal(headers["www-authenticate"], undefined, reason);
  }
});

test("a missing token is challenged without an error code, a missing permission with its name", () => {
  const missing = guardRefusal(new HufuError("token_missing"), REQUEST);
  assert.equal(missing.headers["www-authenticate"], 'Bearer realm="hufu"');
  const denied = guardRefusal(new HufuError("permission_denied", { scope: "order:read" }), REQUEST);
  assert.match(denied.headers["www-authenticate"] ?? "", /error="insufficient_scope".*, scope="order:read"$/);
});

test("a proof is 400 where tokens are given and a DPoP challenge before a route", () => {
  for (const reason of ["proof_missing", "proof_invalid", "proof_replayed", "proof_unexpected"] as const) {
    assert.equal(oauthRefusal(new HufuError(reason), REQUEST).status, 400);
    const { status, headers } = guardRefusal(new HufuError(reason), REQUEST);
    assert.equal(status, 401);
    assert.match(headers["www-authenticate"] ?? "", /^DPoP .*error="invalid_dpop_proof".*algs="ES256 EdDSA Ed25519"$/);
  }
});

test("an error inside Hufu is a clean 500, and its cause is in the log alone", () => {
  const logged: { fields: object; message: string }[] = [];
  const keep = (fields: object, message: string): void => {
    logged.push({ fields, message });
  };
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  for (const fault of [new TypeError("secret inside"), "a thrown text", undefined, null]) {
    const answer = answerToError(fault, guardRefusal, REQUEST, { log, notices: createNotices({ log }) });
    assert.equal(answer.status, 500);
    assert.deepEqual(bodyOf(answer), {
      error: "server_error",
      error_description: "Something went wrong here.",
      request_id: "r1",
    });
    const line = logged.pop();
    assert.deepEqual(line?.fields, {
      request_id: "r1",
      caller_request_id: undefined,
      err: fault,
      kind: "internal_error",
    });
    assert.match(line?.message ?? "", /^internal error: answered 500/);
  }
});
