// Tokens that were seen before: header in, who is calling and one permission out.

import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { createVerifier } from "fast-jwt";
import type { Finding, Measure } from "./figure.ts";
import { inCircles } from "./in-circles.ts";
import { timeInTurn } from "./measure.ts";
import { hufuWithPeople } from "./people.ts";
import { measurePopularTokens } from "./popular-tokens.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;
const SCHEME = "Bearer ".length;
const PERMISSION = "order:read:own";

export const measureB1: Measure = async (effort, say) => {
  const { quick } = effort;
  say("signing 1,000 users in");
  const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, PEOPLE, {
    // Nothing else has a turn while guards are timed, not even the reading of the database that they ask about.
    guards: { maxSilence: "60s" },
  });
  const [jwk] = hufu.protocol.jwks().keys;
  if (jwk === undefined) throw new Error("no signing key");
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
  const fastJwt = { key, algorithms: ["ES256"], allowedIss: hufu.issuer, allowedAud: hufu.audience, cache: 10_000 };
  const hashed = createVerifier(fastJwt);
  const identity = createVerifier({ ...fastJwt, cacheKeyBuilder: (token) => token });

  const findings: Finding[] = [];
  for (const [of, count] of [
    ["one token", 1],
    ["1,000 tokens", PEOPLE],
  ] as const) {
    say(of);
    const headers = people.slice(0, count).map(({ accessToken }) => `Bearer ${accessToken}`);
    const bare = new Map(people.map(({ accessToken }) => [accessToken, 1]));
    const plan = { rounds: quick ? 9 : 31, batchMs: quick ? 30 : 60, warmUpMs: quick ? 300 : 1000 };
    const [ours, byHash, byText, get] = await timeInTurn(
      [
        inCircles("Hufu", headers, (header) => {
          const auth = hufu.verifier.check(header);
          if (auth instanceof Promise) throw new Error("a warm check must not wait");
          return auth.can(PERMISSION) ? auth.expiresAt : Number.NaN;
        }),
        inCircles("fast-jwt", headers, (header) => Number(hashed(header.slice(SCHEME))["exp"])),
        inCircles("fast-jwt, identity", headers, (header) => Number(identity(header.slice(SCHEME))["exp"])),
        inCircles("Map.get", headers, (header) => bare.get(header.slice(SCHEME)) ?? Number.NaN),
      ],
      plan,
    );
    if (!ours || !byHash || !byText || !get) throw new Error("a contender is missing");
    for (const [peer, peerName, least] of [
      [byHash, "fast-jwt 6.3.6, cache hit, its default key (a hash)", 3],
      [byText, "fast-jwt 6.3.6, cache hit, the whole token as key", 3],
      [get, "bare Map.get", 2],
    ] as const) {
      findings.push({
        of,
        unit: "checks/s",
        ours: ours.perSecond,
        peer: peer.perSecond,
        peerName,
        limit: get.perSecond,
        ...compareRounds(ours.rounds, peer.rounds),
        bound: { least },
      });
    }
  }
  await hufu.close();
  return [...findings, ...(await measurePopularTokens(effort, say))];
};
