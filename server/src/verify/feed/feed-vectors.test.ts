import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { createVerifier, type VerifierOptions } from "../create-verifier.ts";
import {
  createVectorIssuer,
  type FeedVector,
  readVectors,
  type VectorIssuer,
  type VectorVerdict,
} from "./feed-vectors.fixture.ts";

const KNOWN = readVectors<VectorIssuer>("issuer.json");
const quiet = (): void => undefined;

async function run({ steps }: FeedVector): Promise<void> {
  const issuer = createVectorIssuer(KNOWN);
  const options: VerifierOptions = {
    issuer: KNOWN.issuer,
    audience: KNOWN.audience,
    leeway: `${KNOWN.leeway_ms}ms`,
    fetch: issuer.fetch,
    clock: issuer.clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    feed: { clientId: "shop", clientSecret: "-", maxSilence: `${KNOWN.max_silence_ms}ms`, outOfTouch: "refuse" },
  };
  const verifier = createVerifier(options);

  async function verdictOf(token: string, expected: VectorVerdict): Promise<VectorVerdict> {
    try {
      const auth = await verifier.checkToken(token);
      return { passes: true, ...("permissions" in expected ? { permissions: [...auth.permissions].sort() } : {}) };
    } catch (error) {
      if (!(error instanceof HufuError)) throw error;
      return { reason: error.reason, ...(error.why === undefined ? {} : { why: error.why }) };
    }
  }

  try {
    for (const [at, step] of steps.entries()) {
      if (step.do !== "expect") await issuer.take(step);
      else
        for (const [name, expected] of Object.entries(step.tokens)) {
          const token = KNOWN.tokens[name];
          assert.ok(token !== undefined, `issuer.json has no token "${name}"`);
          assert.deepEqual(await verdictOf(token, expected), expected, `step ${at}, ${name}`);
        }
    }
  } finally {
    verifier.close();
  }
}

for (const file of ["tokens", "entries", "streams", "silence"])
  describe(`vectors/feed/${file}.json`, () => {
    for (const vector of readVectors<readonly FeedVector[]>(`${file}.json`)) test(vector.name, () => run(vector));
  });
