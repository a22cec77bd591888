import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryWindows } from "../core/proof-windows/memory-windows.ts";
import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";
import { systemRandom } from "../core/random.ts";
import { createSecrets } from "../token/sealing/secrets.ts";
import { createProofCheck } from "./proof-check.ts";
import { createProofClient } from "./proof-client.fixture.ts";
import { createProofNonces } from "./proof-nonces.ts";

const URI = "https://api.example.com/orders";
const REQUEST = { method: "GET", uri: URI };
const MINUTE = 60_000;

/** A check whose store counts what it is asked. */
function countedCheck() {
  let now = 1_790_000_000_000;
  const clock = { now: () => now, monotonic: () => now };
  const memory = createMemoryWindows({ clock, random: systemRandom });
  const asked = { opened: 0, claimed: 0 };
  const windows: ProofWindows = {
    openWindow(...given) {
      asked.opened += 1;
      return memory.openWindow(...given);
    },
    claimIn(...given) {
      asked.claimed += 1;
      return memory.claimIn(...given);
    },
  };
  const keys = createSecrets([systemRandom(40).toString("base64")]).all.map(({ nonce }) => nonce);
  const nonces = createProofNonces({ purpose: "guard", keys, windows, clock });
  const client = createProofClient();
  const proof = (nonce?: string): string => client.proof({ ...REQUEST, nonce, now });
  const check = createProofCheck({ nonces, windows, clock });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { asked, check, client, proof, nonces, pass };
}

test("a nonce costs no store access but one a minute, and a proof one atomic operation", async () => {
  const { asked, check, proof, nonces, pass } = countedCheck();
  const nonce = await nonces.issue();
  assert.deepEqual(asked, { opened: 1, claimed: 0 });
  for (let count = 0; count < 50; count += 1) {
    await assert.rejects(check.accept(proof(), REQUEST), { reason: "proof_nonce", nonce });
    await assert.rejects(check.accept(proof("made up"), REQUEST), { reason: "proof_nonce", nonce });
  }
  assert.deepEqual(asked, { opened: 1, claimed: 0 });
  for (let count = 0; count < 50; count += 1) await check.accept(proof(nonce), REQUEST);
  assert.deepEqual(asked, { opened: 1, claimed: 50 });
  pass(MINUTE);
  for (let count = 0; count < 50; count += 1) {
    const { nextNonce } = await check.accept(proof(nonce), REQUEST);
    assert.notEqual(nextNonce, nonce);
  }
  assert.deepEqual(asked, { opened: 2, claimed: 100 });
});

test("what is wrong with a proof is found before the store is asked", async () => {
  const { asked, check, client, proof, nonces } = countedCheck();
  const nonce = await nonces.issue();
  const wrong = [
    client.proof({ method: "POST", uri: URI, nonce }),
    client.proof({ method: "GET", uri: `${URI}/1`, nonce }),
    `${proof(nonce).slice(0, -4)}AAAA`,
    "none",
  ];
  for (const text of wrong) await assert.rejects(check.accept(text, REQUEST), { reason: "proof_invalid" });
  await assert.rejects(check.accept(undefined, REQUEST), { reason: "proof_missing" });
  assert.deepEqual(asked, { opened: 1, claimed: 0 });
});

test("a nonce that was accepted before is no longer good after three minutes, nor a proof a second time", async () => {
  const { check, proof, nonces, pass } = countedCheck();
  const nonce = await nonces.issue();
  const used = proof(nonce);
  await check.accept(used, REQUEST);
  await assert.rejects(check.accept(used, REQUEST), { reason: "proof_replayed" });
  pass(2 * MINUTE);
  await check.accept(proof(nonce), REQUEST);
  pass(MINUTE);
  await assert.rejects(check.accept(proof(nonce), REQUEST), { reason: "proof_nonce" });
});
