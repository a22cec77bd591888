// A guarded route beside Better Auth's session check before the same handler, told without a budget. Its own endpoint,
// `/get-session`, does more than a guard has to: a back end asks `auth.api.getSession`, and that is twice as fast.
import type { Effort, Figure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import { type LoadPlan, requestText } from "./load-plan.ts";
import { roundsOfReads } from "./load-rounds.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;

export function besideBetterAuth(effort: Effort): Promise<readonly Figure[]> {
  return withServers(
    [
      ["guarded-hono.ts", String(PEOPLE)],
      ["guarded-better-auth.ts", "uncached", String(PEOPLE)],
      ["guarded-better-auth.ts", "cached", String(PEOPLE)],
    ],
    async (hufu, asking, caching) => {
      if (!hufu || !asking || !caching) throw new Error("a server is missing");
      const [ours, asked, cached] = await loadInTurn(
        [
          { name: "Hufu", server: hufu, plan: withHeader("/around", "authorization", "Bearer ", hufu.texts) },
          { name: "Better Auth", server: asking, plan: withHeader("/guarded", "cookie", "", asking.texts) },
          { name: "its cookie cache", server: caching, plan: withHeader("/guarded", "cookie", "", caching.texts) },
        ],
        roundsOfReads(effort),
      );
      if (!ours || !asked || !cached) throw new Error("a target is missing");
      return (
        [
          [asked, "Better Auth 1.7.25, getSession from SQLite"],
          [cached, "Better Auth 1.7.25, getSession from its cookie cache"],
        ] as const
      ).map(([peer, peerName]) => ({
        of: "Hono, an empty handler with the guard around it, 1,000 who are signed in",
        unit: "requests/s",
        ours: ours.perSecond,
        peer: peer.perSecond,
        peerName,
        limit: null,
        ...compareRounds(ours.rounds, peer.rounds),
        bound: null,
        note: loadNote(ours, peer),
      }));
    },
  );
}

function withHeader(path: string, header: string, before: string, texts: readonly string[]): LoadPlan {
  return { kind: "cycle", requests: texts.map((text) => requestText("GET", path, { [header]: `${before}${text}` })) };
}
