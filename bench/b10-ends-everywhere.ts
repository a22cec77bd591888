// From the answer "it is ended" to the refusal by verifiers that follow the feed of every one of three nodes.
import { setTimeout as delay } from "node:timers/promises";
import { startRedisServer } from "../server/src/store/hot/redis/redis-server.fixture.ts";
import { startPostgresServer } from "../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { createVerifier, type Verifier } from "../server/src/verify/index.ts";
import { measureEnd, quantile } from "../test/cluster/measure-ends.ts";
import { createHistory } from "../test/faults/history.ts";
import { refreshUntil } from "../test/faults/honest-client.ts";
import { ASKER, type Fleet, type FleetOptions, startFleet } from "../test/faults/nodes.ts";
import { type Person, signInAt } from "../test/faults/people.ts";
import { createSeededRandom } from "../test/properties/seeded-random.ts";
import { againstBudget, type Figure, type Measure } from "./figure.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

const NODES = 3;
const CLIENTS = 20;
const PAUSE_MS = [100, 200] as const;
const BETWEEN_ENDS_MS = 50;
/** The first ends meet code that nobody has run yet. */
const WARM_UP = 5;

type Tidy = { after(close: () => unknown): void };

interface Way {
  readonly name: string;
  readonly mostMs: number;
  /** How many are timed: those that are over in no time can be many, and a p99 of few is only their worst. */
  readonly ends: number;
  open(t: Tidy): Promise<Pick<FleetOptions, "database" | "redis">>;
}

const WAYS: readonly Way[] = [
  {
    name: "PostgreSQL and Redis",
    mostMs: 50,
    ends: 300,
    async open(t) {
      const [redis, database] = [await startRedisServer(), await openPostgres(t)];
      t.after(() => redis.close());
      return { database, redis: `redis://127.0.0.1:${redis.port}` };
    },
  },
  {
    name: "PostgreSQL alone, LISTEN/NOTIFY",
    mostMs: 100,
    ends: 300,
    open: async (t) => ({ database: await openPostgres(t) }),
  },
  { name: "SQLite, polling alone", mostMs: 1200, ends: 60, open: async () => ({}) },
];

async function openPostgres(t: Tidy): Promise<string> {
  const server = await startPostgresServer();
  t.after(() => server.close());
  return `postgres://postgres@127.0.0.1:${server.port}/postgres`;
}

export const measureB10: Measure = async ({ quick }, say) => {
  useAllCores();
  process.env["TMPDIR"] = scratchFolder();
  const figures: Figure[] = [];
  for (const way of WAYS) {
    const closing: (() => unknown)[] = [];
    const t: Tidy = { after: (close) => void closing.push(close) };
    try {
      say(`${way.name}: three nodes`);
      const where = await way.open(t);
      // Each verifier has a node of its own to listen to; whose tokens they are says the first node's address alike.
      const fleet = await startFleet(t, { nodes: NODES, ...where });
      const verifiers = await Promise.all(fleet.up().map((port) => verifierAt(port, t)));
      const count = quick ? 20 : way.ends;
      for (const load of ["idle", "under load"] as const) {
        say(`${way.name}, ${load}: ${count} ends`);
        const times = await timesOf(fleet, verifiers, count, load === "under load");
        const p99 = quantile(times, 0.99);
        figures.push(
          againstBudget({
            of: `${way.name}, ${load}`,
            unit: "ms, p99",
            ours: p99,
            most: way.mostMs,
            note: `p50 ${quantile(times, 0.5).toFixed(1)} ms, ${times.length} ends, three nodes, as many verifiers`,
          }),
        );
      }
    } finally {
      for (const close of closing.toReversed()) await close();
    }
  }
  return figures;
};

/** A verifier that talks to one node, whatever the issuer's address says. */
async function verifierAt(port: number, t: Tidy): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: "http://127.0.0.1:8080/auth",
    audience: "https://api.example.com",
    feed: { clientId: ASKER[0], clientSecret: ASKER[1] },
    fetch: (input, init) => fetch(String(input).replace("http://127.0.0.1:8080/", `http://127.0.0.1:${port}/`), init),
  });
  t.after(() => verifier.close());
  await verifier.ready();
  return verifier;
}

async function timesOf(
  fleet: Fleet,
  verifiers: readonly Verifier[],
  count: number,
  isLoaded: boolean,
): Promise<readonly number[]> {
  let isOver = false;
  const ports = fleet.up();
  const nodeOf = (at: number): number => ports[at % ports.length] ?? 0;
  const history = createHistory(() => performance.now());
  const load = Array.from({ length: isLoaded ? CLIENTS : 0 }, async (_, at) => {
    const person = await signInAt(fleet, nodeOf(at), `staying ${at}`);
    const storage = { token: person.refresh, attempt: undefined };
    const common = { fleet, history, person, storage, port: () => nodeOf(at), timeoutMs: 5000 };
    await refreshUntil({ ...common, seeded: createSeededRandom(at), pauseMs: PAUSE_MS }, () => isOver);
  });
  const people: Person[] = [];
  for (let at = 0; at < WARM_UP + count; at += 1)
    people.push(await signInAt(fleet, nodeOf(at), `leaving ${at} ${isLoaded}`));
  const times: number[] = [];
  for (const person of people) {
    const { ms } = await measureEnd(fleet, verifiers, person, () => "");
    if (ms === undefined) throw new Error("an end was never heard of");
    times.push(ms);
    await delay(BETWEEN_ENDS_MS);
  }
  isOver = true;
  await Promise.all(load);
  return times.slice(WARM_UP);
}
