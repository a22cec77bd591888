// The first check of a token that this process has just minted, beside the first check of one from elsewhere.

import { systemClock } from "../server/src/core/time/clock.ts";
import { importVerificationKey } from "../server/src/token/keys/verification-key.ts";
import { createLocalVerifier } from "../server/src/verify/local-verifier.ts";
import { createRevocationList } from "../server/src/verify/revocation-list/revocation-list.ts";
import { verifierOf } from "./b2-cold-guard.ts";
import type { Measure } from "./figure.ts";
import { AUDIENCE, createTokenIssuer, ISSUER } from "./issued-tokens.ts";
import { timeInTurn } from "./measure.ts";
import { compareRounds } from "./statistics.ts";

const TOKENS = 20_000;
/** As many as the verifier keeps without letting go of any. */
const MINTED_AT_ONCE = 4000;

export const measureB3: Measure = async ({ quick }, say) => {
  say(`signing ${TOKENS} tokens`);
  const issuer = createTokenIssuer("ES256");
  const issued = Array.from({ length: TOKENS }, () => issuer.issue());
  const headers = issued.map(({ token }) => `Bearer ${token}`);
  const elsewhere = await verifierOf(issuer);
  const key = importVerificationKey(issuer.publicJwk);

  function freshVerifier() {
    return createLocalVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: { find: (kid) => (kid === key.kid ? key : undefined), seek: async () => undefined },
      revocations: createRevocationList({ clock: systemClock }),
      permissionsOf: () => {
        throw new Error("every token names its permissions");
      },
    });
  }
  let here = freshVerifier();
  let start = 0;
  let cold = 0;
  say("first checks");
  const [minted, foreign] = await timeInTurn(
    [
      {
        name: "minted here",
        prepare(times) {
          here = freshVerifier();
          start = (start + times) % (TOKENS - times);
          for (const { token, claims } of issued.slice(start, start + times)) here.remember(token, claims);
        },
        run(times) {
          let sum = 0;
          for (let turn = 0; turn < times; turn += 1) {
            const auth = here.check(headers[start + turn]);
            if (auth instanceof Promise) throw new Error("a token minted here must not wait");
            sum += auth.expiresAt;
          }
          return sum;
        },
      },
      {
        name: "from elsewhere",
        run(times) {
          let sum = 0;
          for (let turn = 0; turn < times; turn += 1) {
            cold = (cold + 1) % TOKENS;
            const auth = elsewhere.check(headers[cold]);
            if (auth instanceof Promise) throw new Error("with the key at hand a check must not wait");
            sum += auth.expiresAt;
          }
          return sum;
        },
      },
    ],
    { rounds: quick ? 9 : 31, batchMs: quick ? 60 : 100, warmUpMs: quick ? 300 : 1500, most: MINTED_AT_ONCE },
  );
  if (!minted || !foreign) throw new Error("a contender is missing");
  elsewhere.close();
  return [
    {
      of: "ES256",
      unit: "checks/s",
      ours: minted.perSecond,
      peer: foreign.perSecond,
      peerName: "our own cold check (B2)",
      limit: null,
      ...compareRounds(minted.rounds, foreign.rounds),
      bound: { least: 15 },
      note: "minting itself is not timed",
    },
  ];
};
