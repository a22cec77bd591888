// Tokens as traffic brings them: a few callers again and again, many seldom, and more of them than a cache holds.
import { createPublicKey } from "node:crypto";
import { createSeededRandom } from "@hufu/simulator";
import { createVerifier } from "fast-jwt";
import { verifierOf } from "./b2-cold-guard.ts";
import type { Measure } from "./figure.ts";
import { asOurVerifier, hitRate, leastRecentlyUsed } from "./hit-rate.ts";
import { inCircles } from "./in-circles.ts";
import { AUDIENCE, createTokenIssuer, ISSUER } from "./issued-tokens.ts";
import { type Contender, timeInTurn } from "./measure.ts";
import { pinnedPeers } from "./peers.ts";
import { compareRounds } from "./statistics.ts";
import { zipfDraws } from "./zipf.ts";

const CASE = "100,000 tokens by Zipf's law";
const TOKENS = 100_000;
const DRAWS = 2 ** 18;
/** So many draws fill every cache before anything is timed. */
const WARM_UP = 2 ** 15;
const SEED = 1;
/** Beside fast-jwt with a cache as large as ours. */
const LEAST = 1.25;
const SCHEME = "Bearer ".length;
const PERMISSION = "order:read:own";
/** What our verifier keeps if nothing else is said. */
const OUR_SIZE = 10_000;
/** fast-jwt's `cache`: as it comes, and as large as ours. */
const FAST_JWT_CACHES = [
  { cache: true, size: 1000 },
  { cache: OUR_SIZE, size: OUR_SIZE },
] as const;

export const measurePopularTokens: Measure = async ({ quick }, say) => {
  say(`signing ${TOKENS} tokens`);
  const issuer = createTokenIssuer("ES256");
  const headers = Array.from({ length: TOKENS }, () => `Bearer ${issuer.issue().token}`);
  const draws = zipfDraws({ places: TOKENS, draws: DRAWS, roll: createSeededRandom(SEED).roll });
  const asked = Array.from(draws, (place) => headers[place] ?? "");

  const verifier = await verifierOf(issuer);
  const ours = inCircles("Hufu", asked, (header) => {
    const auth = verifier.check(header);
    if (auth instanceof Promise) throw new Error("with the key at hand a check must not wait");
    return auth.can(PERMISSION) ? auth.expiresAt : Number.NaN;
  });
  const key = createPublicKey({ key: { ...issuer.publicJwk }, format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
  const fastJwt = { key, algorithms: ["ES256"], allowedIss: ISSUER, allowedAud: AUDIENCE };
  const peers = FAST_JWT_CACHES.flatMap(({ cache, size }) => {
    const hashed = createVerifier({ ...fastJwt, cache });
    const identity = createVerifier({ ...fastJwt, cache, cacheKeyBuilder: (token) => token });
    const check = (by: string, verify: typeof hashed): Contender =>
      inCircles(`fast-jwt ${pinnedPeers()["fast-jwt"]}, cache: ${cache}, ${by}`, asked, (header) =>
        Number(verify(header.slice(SCHEME))["exp"]),
      );
    return [
      { size, contender: check("its default key (a hash)", hashed) },
      { size, contender: check("the whole token as key", identity) },
    ];
  });

  const contenders = [ours, ...peers.map(({ contender }) => contender)];
  say("filling the caches");
  for (const contender of contenders) await contender.run(WARM_UP);
  say(CASE);
  const [our, ...their] = await timeInTurn(contenders, {
    rounds: quick ? 9 : 31,
    batchMs: quick ? 50 : 100,
    warmUpMs: quick ? 100 : 500,
  });
  verifier.close();
  if (our === undefined) throw new Error("a contender is missing");
  const ourHits = percent(hitRate(draws, asOurVerifier(OUR_SIZE), WARM_UP));
  return peers.map(({ size }, place) => {
    const peer = their[place];
    if (peer === undefined) throw new Error("a contender is missing");
    const hits = percent(hitRate(draws, leastRecentlyUsed(size), WARM_UP));
    return {
      of: CASE,
      unit: "checks/s",
      ours: our.perSecond,
      peer: peer.perSecond,
      peerName: peer.name,
      limit: null,
      ...compareRounds(our.rounds, peer.rounds),
      bound: size === OUR_SIZE ? { least: LEAST } : null,
      note: `in the cache already: ${ourHits} for ours (${OUR_SIZE} kept), ${hits} for fast-jwt (${size} kept)`,
    };
  });
};

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
