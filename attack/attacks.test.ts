import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAttacks } from "./lab/load-attacks.ts";
import { judgeAnswers } from "./lab/run-attacks.ts";

const attacks = await loadAttacks();
const answer = (status: number, reason?: string) => ({
  status,
  headers: new Headers(),
  text: "",
  json: reason === undefined ? {} : { reason },
});

test("the lab has at least 120 attacks, each with a title of its own", () => {
  assert.ok(attacks.length >= 120, `${attacks.length}`);
  assert.equal(new Set(attacks.map(({ attack }) => attack.title)).size, attacks.length);
});

test("each file is named by the refusal that it must meet", () => {
  for (const { name, attack } of attacks) {
    const reason = name.slice(name.indexOf("/") + 1, name.indexOf("."));
    const named = attack.refusal === "none" ? "none" : (attack.refusal.split(" ")[1] ?? "refused");
    assert.equal(reason, named, name);
  }
});

test("an answer of success lets the attack through on every target", () => {
  const { attack } = attacks.find(({ name }) => name === "openid/token_missing.openid-header") ?? {};
  assert.ok(attack !== undefined);
  for (const target of ["hufu", "naive-openid", "two-tokens"] as const) {
    assert.equal(judgeAnswers(attack, target, [answer(200)]).outcome, "let through");
    assert.equal(judgeAnswers(attack, target, [answer(401, "token_missing"), answer(302)]).outcome, "let through");
    assert.equal(judgeAnswers(attack, target, [answer(500)]).outcome, "let through");
  }
});

test("only Hufu is held to the reason", () => {
  const { attack } = attacks.find(({ name }) => name === "openid/token_missing.openid-header") ?? {};
  assert.ok(attack !== undefined);
  assert.equal(judgeAnswers(attack, "hufu", [answer(401, "token_missing")]).asNamed, true);
  assert.equal(judgeAnswers(attack, "hufu", [answer(401, "token_expired")]).asNamed, false);
  assert.equal(judgeAnswers(attack, "two-tokens", [answer(401)]).asNamed, true);
});
