import assert from "node:assert/strict";
import test from "node:test";
import { openStack } from "../stack/stack.fixture.ts";
import { guardSays } from "../stack/verdict.ts";

/** Instants at which other programs have stumbled. */
const FAR: readonly string[] = [
  "2016-12-31T23:59:59Z", // a leap second follows
  "2027-03-28T00:59:59Z", // clocks in Europe go an hour ahead
  "2038-01-19T03:14:05Z", // 2^31 seconds
  "2106-02-07T06:28:13Z", // 2^32 seconds
];

for (const instant of FAR) {
  test(`F22: across ${instant} tokens live as long as anywhere`, async (t) => {
    const stack = await openStack(t, { start: Date.parse(instant) });
    const alice = await stack.signIn("alice");
    const { iat, exp } = alice.claims;
    assert.equal(iat, Date.parse(instant) / 1000);
    assert.ok(exp - iat > 500 && exp - iat <= 600, `${exp - iat} s`);
    await stack.pass(5000);
    assert.equal(await guardSays(stack.hufu, alice.access), "ok");
    const next = await stack.refresh(alice.refresh);
    assert.equal(await guardSays(stack.hufu, next.access), "ok");
    await stack.pass(601_000);
    assert.equal(await guardSays(stack.hufu, next.access), "token_expired");
    await stack.refresh(next.refresh);
  });
}
