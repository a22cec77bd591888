// Bytes that one operation allocates, as JSON. Started by tools/check-costs.ts without the optimising compiler and with a
// young generation that nothing fills, so that the same code gives the same number on any machine.
import { createMemoryWindows } from "../../server/src/core/proof-windows/memory-windows.ts";
import { systemRandom } from "../../server/src/core/random.ts";
import { createProofCheck } from "../../server/src/proof/proof-check.ts";
import { createProofClient } from "../../server/src/proof/proof-client.fixture.ts";
import { createProofNonces } from "../../server/src/proof/proof-nonces.ts";
import { bytesFrom, numbersFrom, openLine } from "../../server/src/session/refresh/simulated-line.fixture.ts";
import { createSigningKey } from "../../server/src/token/keys/signing-key.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import {
  AUDIENCE,
  countedKeys,
  createSetClock,
  ISSUER,
  sign,
  userClaims,
} from "../../server/src/verify/issuer.fixture.ts";
import { createLocalVerifier } from "../../server/src/verify/local-verifier.ts";
import { createRevocationList } from "../../server/src/verify/revocation-list/revocation-list.ts";

const TIMES = 1000;
/** What allocates little is done so often that the heap's grain does not show. */
const TIMES_WARM = 100_000;
const WARM_UP = 300;
const START = 1_700_000_000_000;

const key = createSigningKey("ES256");
const verifier = createLocalVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  keys: countedKeys([key]),
  revocations: createRevocationList({ clock: createSetClock() }),
  permissionsOf: () => [],
  silence: { ms: () => 0, most: 5000 },
});
const headers = Array.from({ length: WARM_UP + TIMES }, () => `Bearer ${sign(userClaims(), key)}`);
const [known = ""] = headers;

function admit(header: string): void {
  const auth = verifier.check(header);
  if (auth instanceof Promise || !auth.can("order:create")) throw new Error("a check failed");
}

const line = openLine(bytesFrom(numbersFrom(1)), START);
let token = line.first;
let minute = 0;

const proofClock = { now: () => START, monotonic: () => START };
const windows = createMemoryWindows({ clock: proofClock, random: systemRandom });
const nonceKeys = createSecrets([systemRandom(40).toString("base64")]).all.map(({ nonce }) => nonce);
const nonces = createProofNonces({ purpose: "guard", keys: nonceKeys, windows, clock: proofClock });
const proofCheck = createProofCheck({ nonces, windows, clock: proofClock });
const request = { method: "GET", uri: "https://api.example.com/orders", accessToken: known };
const client = createProofClient();
const nonce = await nonces.issue();
const proofs = Array.from({ length: WARM_UP + TIMES }, () => client.proof({ ...request, nonce, now: START }));

/** Each does its thing once more; `at` counts from 0. */
const OPERATIONS: readonly (readonly [name: string, times: number, operate: (at: number) => unknown])[] = [
  ["cold guard", TIMES, (at) => admit(headers[at] ?? "")],
  ["warm guard", TIMES_WARM, () => admit(known)],
  ["proof", TIMES, (at) => proofCheck.accept(proofs[at], request)],
  [
    "refresh decision",
    TIMES,
    (at) => {
      minute += 120_000;
      const answer = line.present(token, `attempt-number-${at}`, START + minute);
      if (answer.status !== "ok") throw new Error(`a refresh was ${answer.status}`);
      token = answer.child;
    },
  ],
];

const bytes: Record<string, number> = {};
for (const [name, times, operate] of OPERATIONS) {
  for (let at = 0; at < WARM_UP; at += 1) await operate(at);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let at = WARM_UP; at < WARM_UP + times; at += 1) {
    const done = operate(at);
    // Waiting allocates, so that only what is waited for waits.
    if (done instanceof Promise) await done;
  }
  bytes[name] = Math.round((process.memoryUsage().heapUsed - before) / times);
}
process.stdout.write(JSON.stringify(bytes));
