// One route with its guard and without, in the same server, asked with the same 1,000 tokens.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import { requestText } from "./load-plan.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;

export const measureB4: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const [framework, file, least, paths] of [
    ["Hono", "guarded-hono.ts", 0.85, { "around the handler": "/around", "a step of its own": "/guarded" }],
    ["Express", "guarded-express.ts", 0.95, { "a step of its own": "/guarded" }],
  ] as const) {
    say(framework);
    const both = await withServers([[file, String(PEOPLE)]], async (server) => {
      if (server === undefined) throw new Error("no server");
      const asking = (path: string) => ({
        kind: "cycle" as const,
        requests: server.texts.map((token) => requestText("GET", path, { authorization: `Bearer ${token}` })),
      });
      const ways = Object.entries(paths);
      const [open, step, ...guarded] = await loadInTurn(
        [
          { name: `${framework}, open`, server, plan: asking("/open") },
          { name: `${framework}, a step that does nothing`, server, plan: asking("/step") },
          ...ways.map(([way, path]) => ({ name: `${framework}, guarded, ${way}`, server, plan: asking(path) })),
        ],
        { connections: 32, rounds: quick ? 8 : 21, roundMs: quick ? 400 : 500, warmUpMs: quick ? 2500 : 4000 },
      );
      if (!open || !step) throw new Error("a target is missing");
      const nothing = compareRounds(step.rounds, open.rounds).ratio.toFixed(2);
      return guarded.map((target, at) => ({
        of: `${framework}, 1,000 tokens, the guard ${ways[at]?.[0] ?? ""}`,
        unit: "requests/s",
        ours: target.perSecond,
        peer: open.perSecond,
        peerName: "the same route without its guard",
        limit: open.perSecond,
        ...compareRounds(target.rounds, open.rounds),
        bound: { least },
        note: `a step that does nothing: ${nothing}; ${loadNote(target, open)}`,
      }));
    });
    findings.push(...both);
  }
  findings.push({ of: "Fastify", why: "the adapter does not exist yet" });
  return findings;
};
