// One route with its guard and without, in the same server, asked with the same 1,000 tokens.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import { requestText } from "./load-plan.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;

export const measureB4: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const [framework, file, least] of [
    ["Hono", "guarded-hono.ts", 0.85],
    ["Express", "guarded-express.ts", 0.95],
  ] as const) {
    say(framework);
    const finding = await withServers([[file, String(PEOPLE)]], async (server) => {
      if (server === undefined) throw new Error("no server");
      const asking = (path: string) => ({
        kind: "cycle" as const,
        requests: server.texts.map((token) => requestText("GET", path, { authorization: `Bearer ${token}` })),
      });
      const [guarded, open] = await loadInTurn(
        [
          { name: `${framework}, guarded`, server, plan: asking("/guarded") },
          { name: `${framework}, open`, server, plan: asking("/open") },
        ],
        { connections: 32, rounds: quick ? 8 : 31, roundMs: quick ? 400 : 500, warmUpMs: quick ? 2500 : 4000 },
      );
      if (!guarded || !open) throw new Error("a target is missing");
      return {
        of: `${framework}, 1,000 tokens`,
        unit: "requests/s",
        ours: guarded.perSecond,
        peer: open.perSecond,
        peerName: "the same route without its guard",
        limit: open.perSecond,
        ...compareRounds(guarded.rounds, open.rounds),
        bound: { least },
        note: loadNote(guarded, open),
      };
    });
    findings.push(finding);
  }
  findings.push({ of: "Fastify", why: "the adapter does not exist yet" });
  return findings;
};
