import assert from "node:assert/strict";
import test from "node:test";
import { type Happening, violations } from "./history.ts";

const NO_FINALS = new Map<string, string>();

function at(start: number, what: Happening["what"], verdict: string, more: Partial<Happening> = {}): Happening {
  return { who: "a", what, verdict, start, end: start + 5, ...more };
}

/** A history that breaks a rule, and the word that the checker has for it. */
const BROKEN: readonly (readonly [string, readonly Happening[], RegExp])[] = [
  ["a refresh after the end", [at(0, "kick", "ok"), at(6, "refresh", "ok")], /refresh accepted 1\.0 ms after the end/],
  ["an introspection after the end", [at(0, "sign-out", "ok"), at(9, "introspect", "active")], /introspect accepted/],
  [
    "an end that was lost",
    [at(0, "kick", "nothing"), at(9, "refresh", "session_kicked"), at(20, "refresh", "ok")],
    /accepted after it had been refused as over/,
  ],
  [
    "two children of one attempt",
    [
      at(0, "refresh", "ok", { token: "t", attempt: "1", given: "x" }),
      at(9, "refresh", "ok", { token: "t", attempt: "1", given: "y" }),
    ],
    /two answers/,
  ],
  ["a refusal without an end", [at(0, "refresh", "refresh_token_reused")], /an honest client was refused/],
  ["an internal error", [at(0, "refresh", "status 500"), at(9, "kick", "ok")], /was answered status 500/],
  ["a client that never came through", [at(0, "refresh", "nothing")], /no undisturbed refresh/],
];

for (const [name, happenings, word] of BROKEN) {
  test(`the checker finds ${name}`, () => {
    const found = violations(
      happenings,
      name === "a client that never came through" ? NO_FINALS : new Map([["a", "t"]]),
    );
    assert.equal(found.length, 1, found.join("; "));
    assert.match(found[0] ?? "", word);
  });
}

test("the checker lets pass what may be", () => {
  const happenings = [
    at(0, "refresh", "ok", { token: "t", attempt: "1", given: "x" }),
    at(2, "refresh", "nothing", { token: "t", attempt: "1" }),
    at(4, "refresh", "unavailable"),
    // Both were under way when the end was answered.
    at(20, "kick", "ok"),
    at(24, "refresh", "ok"),
    at(25, "introspect", "active"),
    at(30, "refresh", "session_kicked"),
    at(31, "introspect", "inactive"),
    at(0, "refresh", "ok", { who: "b", token: "t", attempt: "1", given: "z" }),
  ];
  assert.deepEqual(violations(happenings, new Map([["b", "z"]])), []);
});
