// A guarded route beside the naive way: an openid in a header, and two queries before every answer.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote, type Target } from "./load.ts";
import { requestText } from "./load-plan.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { naiveOpenid } from "./servers/naive-tables.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;
const PLACES = Array.from({ length: PEOPLE }, (_, place) => place);

type PathOf = (place: number) => string;

export const measureB5: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  const cases: readonly (readonly [of: string, ours: string, peer: string, pathOf: PathOf])[] = [
    ["Hono, an empty handler", "guarded-hono.ts", "naive-hono.ts", () => "/guarded"],
    ["Express, the example's own order route", "guarded-express.ts", "naive-express.ts", (place) => `/orders/${place}`],
  ];
  for (const [of, ours, peer, pathOf] of cases) {
    say(of);
    const finding = await withServers(
      [
        [ours, String(PEOPLE)],
        [peer, String(PEOPLE)],
      ],
      async (hufu, naive) => {
        if (!hufu || !naive) throw new Error("a server is missing");
        const [guarded, asked] = await loadInTurn([withTokens(hufu, pathOf), withOpenids(naive, pathOf)], {
          ...{ connections: 32, rounds: quick ? 8 : 31 },
          ...{ roundMs: quick ? 400 : 500, warmUpMs: quick ? 2500 : 4000 },
        });
        if (!guarded || !asked) throw new Error("a target is missing");
        return {
          of: `${of}, SQLite in the process`,
          unit: "requests/s",
          ours: guarded.perSecond,
          peer: asked.perSecond,
          peerName: "openid header and two queries",
          limit: null,
          ...compareRounds(guarded.rounds, asked.rounds),
          bound: { least: 1.2 },
          note: loadNote(guarded, asked),
        };
      },
    );
    findings.push(finding);
  }
  findings.push({ of: "PostgreSQL", why: "measured in the benchmark issue" });
  return findings;
};

function withTokens(server: ServerUnderTest, pathOf: PathOf): Target {
  const requests = PLACES.map((place) =>
    requestText("GET", pathOf(place), { authorization: `Bearer ${server.texts[place]}` }),
  );
  return { name: "Hufu", server, plan: { kind: "cycle", requests } };
}

function withOpenids(server: ServerUnderTest, pathOf: PathOf): Target {
  const requests = PLACES.map((place) => requestText("GET", pathOf(place), { "x-openid": naiveOpenid(place) }));
  return { name: "naive", server, plan: { kind: "cycle", requests } };
}
