// A verifier that knows a million ended sessions beside one that knows none: memory, and the speed of a warm check.
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { newSessionId } from "../server/src/core/ids.ts";
import { silentLogger } from "../server/src/core/log/log.ts";
import { systemRandom } from "../server/src/core/random.ts";
import { systemClock } from "../server/src/core/time/clock.ts";
import { readPublishedKeys } from "../server/src/verify/jwks/published-keys.ts";
import { createLocalVerifier, type LocalVerifier } from "../server/src/verify/local-verifier.ts";
import { createRevocationList, type RevocationList } from "../server/src/verify/revocation-list/revocation-list.ts";
import { againstBudget, type Measure } from "./figure.ts";
import { inCircles } from "./in-circles.ts";
import { type Contender, timeInTurn } from "./measure.ts";
import { hufuWithPeople } from "./people.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;
const ENDED = 1_000_000;
const PAGE = 1000;
const MIB = 2 ** 20;
const MOST_MIB = 48;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes that this process holds, what is in typed arrays included, after everything unused has gone. */
function held(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const measureB11: Measure = async ({ quick }, say) => {
  say("signing 1,000 users in");
  const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, PEOPLE);
  const keys = readPublishedKeys(JSON.parse(JSON.stringify(hufu.protocol.jwks())), silentLogger);
  await hufu.close();
  const verifierOf = (revocations: RevocationList): LocalVerifier =>
    createLocalVerifier({
      issuer: hufu.issuer,
      audience: hufu.audience,
      keys: { find: (kid) => keys.get(kid)?.key, seek: async (kid) => keys.get(kid)?.key },
      revocations,
      permissionsOf: () => [],
    });
  const none = createRevocationList({ clock: systemClock });
  const many = createRevocationList({ clock: systemClock });
  const headers = people.map(({ accessToken }) => `Bearer ${accessToken}`);

  say("a million sessions end");
  const until = systemClock.now() + 600_000;
  const before = held();
  for (let made = 0; made < ENDED; made += PAGE) {
    many.apply(
      Array.from({ length: PAGE }, () => ({
        revocation: { sid: newSessionId(systemRandom, Date.now()), why: "kicked" },
        until,
      })),
    );
  }
  const more = (held() - before) / MIB;
  if (many.size !== ENDED) throw new Error(`${many.size} ended sessions are known`);

  say("checking warm tokens against both");
  const [burdened, free] = await timeInTurn(
    [contender("a million", verifierOf(many), headers), contender("none", verifierOf(none), headers)],
    { rounds: quick ? 9 : 31, batchMs: quick ? 30 : 60, warmUpMs: quick ? 300 : 1000 },
  );
  if (!burdened || !free) throw new Error("a contender is missing");
  return [
    againstBudget({ of: "memory of a million ended sessions", unit: "MiB more", ours: more, most: MOST_MIB }),
    {
      of: "warm check, 1,000 tokens",
      unit: "checks/s",
      ours: burdened.perSecond,
      peer: free.perSecond,
      peerName: "the same with no live revocation",
      limit: null,
      ...compareRounds(burdened.rounds, free.rounds),
      bound: { least: 0.9 },
    },
  ];
};

function contender(name: string, verifier: LocalVerifier, headers: readonly string[]): Contender {
  const check = (header: string): number => {
    const auth = verifier.check(header);
    return !(auth instanceof Promise) && auth.can("order:read:own") ? auth.expiresAt : 0;
  };
  // The first check of a token verifies its signature; a short warm-up on a busy machine would not get through all of them.
  for (const header of headers) check(header);
  return inCircles(name, headers, check);
}
