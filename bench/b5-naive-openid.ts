// A guarded route beside the naive way: an openid in a header, and two queries before every answer.
import { besideBetterAuth } from "./b5-better-auth.ts";
import type { Effort, Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote, type Target } from "./load.ts";
import { requestText } from "./load-plan.ts";
import { roundsOfReads } from "./load-rounds.ts";
import { withPostgres } from "./postgres.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { naiveOpenid } from "./servers/naive-tables.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;
const PLACES = Array.from({ length: PEOPLE }, (_, place) => place);

type PathOf = (place: number) => string;

type Start = readonly [file: string, ...options: string[]];

interface Case {
  readonly of: string;
  readonly ours: string;
  readonly peer: Start;
  readonly pathOf: PathOf;
  readonly least: number;
}

const IN_PROCESS: readonly Case[] = [
  {
    of: "Hono, an empty handler with the guard around it, SQLite in the process",
    ours: "guarded-hono.ts",
    peer: ["naive-hono.ts", String(PEOPLE)],
    pathOf: () => "/around",
    least: 1.15,
  },
  {
    of: "Express, the example's own order route, SQLite in the process",
    ours: "guarded-express.ts",
    peer: ["naive-express.ts", String(PEOPLE)],
    pathOf: (place) => `/orders/${place}`,
    least: 1.15,
  },
];

export const measureB5: Measure = async (effort, say) => {
  const findings: Finding[] = [];
  for (const one of IN_PROCESS) {
    say(one.of);
    findings.push(await measured(one, effort));
  }
  say("PostgreSQL");
  findings.push(
    await withPostgres((url) =>
      measured(
        {
          of: "Hono, an empty handler with the guard around it, PostgreSQL",
          ours: "guarded-hono.ts",
          peer: ["naive-postgres.ts", url, String(PEOPLE)],
          pathOf: () => "/around",
          least: 6,
        },
        effort,
      ),
    ),
  );
  say("Better Auth");
  findings.push(...(await besideBetterAuth(effort)));
  return findings;
};

function measured({ of, ours, peer, pathOf, least }: Case, effort: Effort): Promise<Finding> {
  return withServers([[ours, String(PEOPLE)], peer], async (hufu, naive) => {
    if (!hufu || !naive) throw new Error("a server is missing");
    const [guarded, asked] = await loadInTurn(
      [withTokens(hufu, pathOf), withOpenids(naive, pathOf)],
      roundsOfReads(effort),
    );
    if (!guarded || !asked) throw new Error("a target is missing");
    return {
      of,
      unit: "requests/s",
      ours: guarded.perSecond,
      peer: asked.perSecond,
      peerName: "openid header and two queries",
      limit: null,
      ...compareRounds(guarded.rounds, asked.rounds),
      bound: { least },
      note: loadNote(guarded, asked),
    };
  });
}

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
