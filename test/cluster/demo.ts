// `npm run demo:cluster`: three nodes on PostgreSQL and Redis under load, while nodes and stores are killed; then what was
// lost, who was signed out, and how long an end took to be one everywhere.

import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startRedisServer } from "../../server/src/store/hot/redis/redis-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { createVerifier } from "../../server/src/verify/index.ts";
import { createHistory, violations } from "../faults/history.ts";
import { type ClientStorage, refreshOnce, refreshUntil } from "../faults/honest-client.ts";
import { ASKER, startFleet } from "../faults/nodes.ts";
import { inLanes, type Person, signInAt } from "../faults/people.ts";
import { createSeededRandom } from "../properties/seeded-random.ts";
import { startBalancer } from "./balancer.ts";
import { type MeasuredEnd, measureEnd, quantile } from "./measure-ends.ts";

const NODES = 3;
const VERIFIERS = 3;
const CLIENTS = 60;
const ENDED_A_SECOND = 5;
const PAUSE_MS = [200, 400] as const;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "6" }, seed: { type: "string", default: "1" } },
});
const stageMs = Number(values.seconds) * 1000;
const seed = Number(values.seed);
if (!(stageMs >= 1000) || !Number.isInteger(seed)) {
  console.error("usage: npm run demo:cluster -- [--seconds N for each stage, at least 1] [--seed N]");
  process.exit(2);
}

const tidy: (() => unknown)[] = [];
const began = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);

try {
  process.exitCode = (await runDemo()) ? 0 : 1;
} finally {
  for (const close of tidy.toReversed()) await close();
}

async function runDemo(): Promise<boolean> {
  say("starting PostgreSQL, Redis, a simulated platform and three nodes behind a balancer");
  const t = { after: (close: () => unknown): unknown => tidy.push(close) };
  const postgres = await startPostgresServer();
  t.after(() => postgres.close());
  const redis = await startRedisServer();
  t.after(() => redis.close());
  let ports = (): readonly number[] => [];
  const balancer = await startBalancer(() => ports());
  t.after(() => balancer.close());
  const issuer = `http://127.0.0.1:${balancer.port}/auth`;
  const fleet = await startFleet(t, {
    nodes: NODES,
    database: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
    redis: `redis://127.0.0.1:${redis.port}`,
    changes: { issuer },
  });
  ports = fleet.up;

  say(`${VERIFIERS} back ends elsewhere follow the revocation feed`);
  const verifiers = Array.from({ length: VERIFIERS }, () =>
    createVerifier({
      issuer,
      audience: "https://api.example.com",
      feed: { clientId: ASKER[0], clientSecret: ASKER[1] },
    }),
  );
  for (const verifier of verifiers) {
    t.after(() => verifier.close());
    await verifier.ready();
  }

  const history = createHistory(() => performance.now());
  const stages: readonly (readonly [name: string, happen: () => Promise<unknown>])[] = [
    ["calm", async () => undefined],
    ["nodes killed", killNodes],
    ["a node frozen", freezeNode],
    ["Redis killed", killRedis],
    ["PostgreSQL killed", killPostgres],
    ["calm again", async () => undefined],
  ];
  const total = stages.length * stageMs;
  const doomedCount = Math.ceil((total / 1000) * ENDED_A_SECOND);
  say(`${CLIENTS} clients sign in to stay, ${doomedCount} to be ended`);
  const people: Person[] = [];
  await inLanes(
    Array.from({ length: CLIENTS + doomedCount }, (_, at) => at),
    8,
    async (at) => void people.push(await signInAt(fleet, balancer.port, `client ${at}`)),
  );
  const honest = people
    .slice(0, CLIENTS)
    .map((person) => ({ person, storage: { token: person.refresh, attempt: undefined } as ClientStorage }));
  const doomed = people.slice(CLIENTS);

  let stage = "";
  const until = performance.now() + total;
  const isOver = (): boolean => performance.now() > until;
  const common = { fleet, history, port: () => balancer.port, timeoutMs: 3000 };
  const seeded = createSeededRandom(seed);
  const load = honest.map(({ person, storage }, at) =>
    refreshUntil({ ...common, person, storage, seeded: createSeededRandom(seed + 1 + at), pauseMs: PAUSE_MS }, isOver),
  );
  const ends: Promise<MeasuredEnd>[] = [];
  const ending = (async () => {
    for (const person of doomed) {
      if (isOver()) return;
      ends.push(measureEnd(fleet, verifiers, person, () => stage));
      await delay(1000 / ENDED_A_SECOND);
    }
  })();

  async function killNodes(): Promise<void> {
    for (let kills = 0; kills < 3; kills += 1) {
      const victim = fleet.nodes[(kills + seeded.roll(NODES)) % NODES];
      if (victim === undefined) return;
      await victim.kill();
      say(`  kill -9 node on port ${victim.port}`);
      await delay(stageMs / 10);
      await victim.start();
      say("  it is back");
    }
  }
  async function freezeNode(): Promise<void> {
    const [node] = fleet.nodes;
    node?.signal("SIGSTOP");
    say("  SIGSTOP one node: its connections stay, and nobody answers");
    await delay(stageMs / 3);
    node?.signal("SIGCONT");
    say("  SIGCONT");
  }
  async function killRedis(): Promise<void> {
    await redis.kill();
    say("  kill -9 Redis");
    await delay(stageMs / 2);
    await redis.start();
    say("  it is back, and empty");
  }
  async function killPostgres(): Promise<void> {
    await postgres.crash();
    say("  kill -9 PostgreSQL");
    await delay(stageMs / 3);
    await postgres.start();
    say("  it is back");
  }

  for (const [name, happen] of stages) {
    stage = name;
    say(`${name}, under load`);
    const stageEnd = delay(stageMs);
    await happen();
    await stageEnd;
  }
  await Promise.all([...load, ending]);
  const measured = await Promise.all(ends);

  say("everybody once more, undisturbed, on nodes that were all started again");
  await Promise.all(fleet.nodes.map((node) => node.kill()));
  for (const node of fleet.nodes) await node.start();
  const finals = new Map<string, string>();
  for (const { person, storage } of honest) {
    for (let time = 0; time < 3; time += 1) await refreshOnce({ ...common, person, storage });
    if (history.happenings.findLast(({ who }) => who === person.name)?.verdict === "ok")
      finals.set(person.name, storage.token);
  }
  const broken = violations(history.happenings, finals);
  let revived = 0;
  for (const { person } of measured) {
    for (const token of [person.access, person.refresh]) {
      const heard = await fleet.introspect(balancer.port, token);
      if (heard.kind !== "answer" || heard.body["active"] !== false) revived += 1;
    }
  }
  return report({ measured, stages: stages.map(([name]) => name), broken, revived, finals: finals.size, history });
}

function report(found: {
  readonly measured: readonly MeasuredEnd[];
  readonly stages: readonly string[];
  readonly broken: readonly string[];
  readonly revived: number;
  readonly finals: number;
  readonly history: ReturnType<typeof createHistory>;
}): boolean {
  const { measured, stages, broken, revived, finals, history } = found;
  const refreshes = history.happenings.filter(({ what }) => what === "refresh");
  const count = (verdict: string): number => refreshes.filter((one) => one.verdict === verdict).length;
  const never = measured.filter(({ ms }) => ms === undefined).length;
  console.log(`
                        what was lost
  refreshes             ${count("ok")} answered; ${count("unavailable")} told to wait (503), ${count("nothing")} without an answer: asked again
  clients signed out    ${CLIENTS - finals} of ${CLIENTS}
  ends taken back       ${revived} of ${measured.length} answered ends
  rules broken          ${broken.length}${broken
    .slice(0, 5)
    .map((line) => `\n    ${line}`)
    .join("")}

  from "it is ended" to "refused by all ${VERIFIERS} back ends elsewhere", ms
  while                 ends      p50      p99      max`);
  for (const stage of stages) {
    const times = measured.flatMap((one) => (one.stage === stage && one.ms !== undefined ? [one.ms] : []));
    const cells = [0.5, 0.99, 1].map((share) => (times.length === 0 ? "–" : quantile(times, share).toFixed(1)));
    console.log(
      `  ${stage.padEnd(20)}  ${String(times.length).padStart(4)} ${cells.map((cell) => cell.padStart(8)).join(" ")}`,
    );
  }
  if (never > 0) console.log(`  never refused         ${never}`);
  return broken.length === 0 && revived === 0 && never === 0 && finals === CLIENTS;
}
