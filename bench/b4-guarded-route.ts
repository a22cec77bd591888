// One route with its guard, with a step that does nothing and with neither, in the same server, and the guards of others
// in theirs, all asked with the same 1,000 tokens. A framework's own price for a step is none of a guard's.
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

/** Beside a step that does nothing, or beside the route alone where the guard is no step. */
interface OurWay extends Way {
  readonly beside: "/step" | "/open";
  /** `null` = told beside the others, without a budget. */
  readonly least: number | null;
}

/** A server with `/open` and, behind a guard, the same in these ways, the best one first. */
interface Guarded<Kind extends Way = Way> {
  readonly file: string;
  readonly ways: readonly [Kind, ...Kind[]];
}

/** Its server has `/step` and `/map` too. */
interface Case extends Guarded<OurWay> {
  readonly framework: string;
  readonly peers: readonly Guarded[];
}

const AS_STEP = { path: "/guarded", beside: "/step", least: 0.95 } as const;

const CASES: readonly Case[] = [
  {
    framework: "Hono",
    file: "guarded-hono.ts",
    ways: [
      { name: "around the handler", path: "/around", beside: "/open", least: 0.85 },
      { name: "a step of its own", ...AS_STEP },
    ],
    peers: [{ file: "guarded-hono-jwt.ts", ways: [{ name: "hono/jwt", path: "/guarded" }] }],
  },
  {
    framework: "Fastify",
    file: "guarded-fastify.ts",
    ways: [{ name: "an onRequest hook", ...AS_STEP }],
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
    ways: [{ name: "a step of its own", ...AS_STEP }],
    peers: [{ file: "guarded-express-jwt.ts", ways: [{ name: "express-jwt 8.5.1", path: "/guarded" }] }],
  },
  {
    framework: "Koa",
    file: "guarded-koa.ts",
    ways: [{ name: "a step of its own", ...AS_STEP }],
    peers: [],
  },
  {
    framework: "Nest on Express",
    file: "guarded-nest.ts",
    ways: [{ name: "HufuModule", ...AS_STEP }],
    peers: [],
  },
  {
    framework: "Request and Response alone",
    file: "guarded-web.ts",
    ways: [{ name: "around the handler", path: "/guarded", beside: "/open", least: null }],
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
          ...targetsOf(one.file, hufu, ["/open", "/step", "/map", ...pathsOf(one)], hufu.texts),
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

const BESIDE = { "/step": "a step that does nothing", "/open": "the same route without its guard" } as const;

function figuresOf(
  { framework, file, ways, peers }: Case,
  done: (file: string, path: string) => Throughput,
): readonly Figure[] {
  const pairOf = (server: string, path: string): Pair => ({ guarded: done(server, path), open: done(server, "/open") });
  const [open, step, map] = [done(file, "/open"), done(file, "/step"), done(file, "/map")];
  const ours = ways.map(({ name, path, beside, least }): Figure => {
    const guarded = done(file, path);
    const ofOpen = compareRounds(guarded.rounds, open.rounds).ratio.toFixed(2);
    return {
      of: `${framework}, 1,000 tokens, the guard ${name}`,
      ...besideOther(guarded, beside === "/step" ? step : open, BESIDE[beside]),
      limit: beside === "/step" ? map.perSecond : open.perSecond,
      bound: least === null ? null : { least },
      note: `of the open route: ${ofOpen}; ${loadNote(guarded, beside === "/step" ? step : open)}`,
    };
  });
  const floor: Figure = {
    of: `${framework}, 1,000 tokens, no guard but a Map look-up by the whole token`,
    ...besideOther(map, step, BESIDE["/step"]),
    limit: null,
    bound: null,
    note: loadNote(map, step),
  };
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
  return [...ours, floor, ...beside];
}

function besideOther(
  ours: Throughput,
  peer: Throughput,
  peerName: string,
): Pick<Figure, "unit" | "ours" | "peer" | "peerName" | "ratio" | "spread"> {
  return {
    unit: "requests/s",
    ours: ours.perSecond,
    peer: peer.perSecond,
    peerName,
    ...compareRounds(ours.rounds, peer.rounds),
  };
}
