// One route with its guard and without, in the same server, and the guards of others in theirs, all asked with the same
// 1,000 tokens.
import type { Effort, Figure, Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote, type Target, type Throughput } from "./load.ts";
import { requestText } from "./load-plan.ts";
import { roundsOfReads } from "./load-rounds.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { compareSharesLeft, type Pair } from "./share-left.ts";
import { compareRounds } from "./statistics.ts";

const PEOPLE = 1000;

interface Way {
  readonly name: string;
  readonly path: string;
}

/** A server with `/open` and, behind a guard, the same in these ways, the best one first. */
interface Guarded {
  readonly file: string;
  readonly ways: readonly [Way, ...Way[]];
}

interface Case extends Guarded {
  readonly framework: string;
  /** `null` = told beside the others, without a budget. */
  readonly least: number | null;
  readonly peers: readonly Guarded[];
}

const CASES: readonly Case[] = [
  {
    framework: "Hono",
    file: "guarded-hono.ts",
    ways: [
      { name: "around the handler", path: "/around" },
      { name: "a step of its own", path: "/guarded" },
    ],
    least: 0.85,
    peers: [{ file: "guarded-hono-jwt.ts", ways: [{ name: "hono/jwt", path: "/guarded" }] }],
  },
  {
    framework: "Fastify",
    file: "guarded-fastify.ts",
    ways: [{ name: "an onRequest hook", path: "/guarded" }],
    least: 0.85,
    peers: [
      {
        file: "guarded-fastify-jwt.ts",
        ways: [
          { name: "@fastify/jwt 10.2.8, with its cache", path: "/cached" },
          { name: "@fastify/jwt 10.2.8, without its cache", path: "/guarded" },
        ],
      },
    ],
  },
  {
    framework: "Express",
    file: "guarded-express.ts",
    ways: [{ name: "a step of its own", path: "/guarded" }],
    least: 0.95,
    peers: [{ file: "guarded-express-jwt.ts", ways: [{ name: "express-jwt 8.5.1", path: "/guarded" }] }],
  },
  {
    framework: "Koa",
    file: "guarded-koa.ts",
    ways: [{ name: "a step of its own", path: "/guarded" }],
    least: null,
    peers: [],
  },
  {
    framework: "Nest on Express",
    file: "guarded-nest.ts",
    ways: [{ name: "HufuModule", path: "/guarded" }],
    least: null,
    peers: [],
  },
  {
    framework: "Request and Response alone",
    file: "guarded-web.ts",
    ways: [{ name: "around the handler", path: "/guarded" }],
    least: null,
    peers: [],
  },
];

export const measureB4: Measure = async (effort, say) => {
  const findings: Finding[] = [];
  for (const one of CASES) {
    say(one.framework);
    findings.push(...(await measured(one, effort)));
  }
  return findings;
};

function measured(one: Case, effort: Effort): Promise<readonly Figure[]> {
  return withServers([[one.file, String(PEOPLE)]], async (hufu) => {
    if (!hufu) throw new Error("no server");
    return withServers(
      one.peers.map(({ file }) => [file, String(hufu.port)] as const),
      async (...servers) => {
        const targets = [
          ...targetsOf(one.file, hufu, ["/open", "/step", ...pathsOf(one)], hufu.texts),
          ...one.peers.flatMap((peer, at) =>
            targetsOf(peer.file, servers[at], ["/open", ...pathsOf(peer)], hufu.texts),
          ),
        ];
        const done = await loadInTurn(targets, roundsOfReads(effort));
        return figuresOf(one, (file, path) => {
          const found = done.find(({ name }) => name === nameOf(file, path));
          if (found === undefined) throw new Error("a target is missing");
          return found;
        });
      },
    );
  });
}

const nameOf = (file: string, path: string): string => `${file} ${path}`;
const pathsOf = ({ ways }: Guarded): readonly string[] => ways.map(({ path }) => path);

function targetsOf(
  file: string,
  server: ServerUnderTest | undefined,
  paths: readonly string[],
  tokens: readonly string[],
): readonly Target[] {
  if (server === undefined) throw new Error("a server is missing");
  return paths.map((path) => {
    const requests = tokens.map((token) => requestText("GET", path, { authorization: `Bearer ${token}` }));
    return { name: nameOf(file, path), server, plan: { kind: "cycle", requests } };
  });
}

function figuresOf(
  { framework, file, ways, least, peers }: Case,
  done: (file: string, path: string) => Throughput,
): readonly Figure[] {
  const pairOf = (server: string, path: string): Pair => ({ guarded: done(server, path), open: done(server, "/open") });
  const nothing = compareRounds(done(file, "/step").rounds, done(file, "/open").rounds).ratio.toFixed(2);
  const ours = ways.map(({ name, path }): Figure => {
    const { guarded, open } = pairOf(file, path);
    return {
      of: `${framework}, 1,000 tokens, the guard ${name}`,
      unit: "requests/s",
      ours: guarded.perSecond,
      peer: open.perSecond,
      peerName: "the same route without its guard",
      limit: open.perSecond,
      ...compareRounds(guarded.rounds, open.rounds),
      bound: least === null ? null : { least },
      note: `a step that does nothing: ${nothing}; ${loadNote(guarded, open)}`,
    };
  });
  const [best] = ways;
  const beside = peers.flatMap((peer) =>
    peer.ways.map(
      ({ name, path }): Figure => ({
        of: `${framework}, 1,000 tokens, the guard ${best.name}, beside another`,
        peerName: name,
        ...compareSharesLeft(pairOf(file, best.path), pairOf(peer.file, path)),
      }),
    ),
  );
  return [...ours, ...beside];
}
