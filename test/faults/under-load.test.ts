import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createSeededRandom } from "../properties/seeded-random.ts";
import { verdictOfHeard } from "./ask-node.ts";
import { refreshRequest, signOutRequest } from "./client-requests.ts";
import { createHistory, type History, violations } from "./history.ts";
import { type ClientStorage, refreshOnce, refreshUntil } from "./honest-client.ts";
import { SEED, shortOrLong } from "./how-long.ts";
import { harshConditions } from "./network-conditions.ts";
import { type Fleet, startFleet } from "./nodes.ts";
import { inLanes, type Person, signInAt } from "./people.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const NODES = 3;
const CLIENTS = shortOrLong(24, 60);
const LOAD_MS = shortOrLong(4000, 90_000);
const KILLS_LEAST = shortOrLong(2, 30);
/** Of the clients, one in so many is ended meanwhile. */
const ONE_IN = 3;
const CLIENT_TIMEOUT_MS = 3000;
/** No more than eight refreshes in the longest delay of a copy: so many predecessors does a session remember. */
const PAUSE_MS = [200, 350] as const;

interface Load {
  readonly fleet: Fleet;
  readonly history: History;
  readonly proxyPort: number;
  readonly isOver: () => boolean;
}

/** Ends a session until somebody has answered that it is, and goes on asking whether it is. */
async function endIt(load: Load, person: Person, storage: ClientStorage, how: "kick" | "sign-out"): Promise<void> {
  const { fleet, history, proxyPort } = load;
  const who = person.name;
  for (let answered = false; !answered; ) {
    if (how === "kick") {
      answered = (await history.order({ who, what: how }, () => fleet.order("kick", person.sid))) === "ok";
    } else {
      const token = storage.token;
      const heard = await history.record({ who, what: how }, () =>
        fleet.ask(proxyPort, signOutRequest(token), CLIENT_TIMEOUT_MS),
      );
      answered = verdictOfHeard(heard) === "ok";
    }
    if (!answered) await delay(30);
  }
  while (!load.isOver()) {
    await probe(load, person, storage);
    await delay(250);
  }
}

/** Asks every node that is up about everything that the client has. */
async function probe({ fleet, history }: Load, person: Person, storage: ClientStorage): Promise<void> {
  const who = person.name;
  for (const port of fleet.up()) {
    for (const token of [person.access, storage.token]) {
      await history.record({ who, what: "introspect" }, () => fleet.introspect(port, token));
    }
    const { token } = storage;
    await history.record({ who, what: "refresh", token }, () => fleet.ask(port, refreshRequest(token)));
  }
}

test(`F8: nodes killed with -9 under load, behind a bad network: ${CLIENTS} clients for ${LOAD_MS / 1000} s (seed ${SEED})`, async (t) => {
  const fleet = await startFleet(t, { nodes: NODES });
  const seeded = createSeededRandom(SEED + 8);
  const history = createHistory(() => performance.now());
  let isBad = true;
  const proxy = await startTcpProxy({
    targets: fleet.up,
    conditions: () => (isBad ? harshConditions(seeded) : { kind: "clear" }),
    seeded: createSeededRandom(SEED + 9),
  });
  t.after(() => proxy.close());
  const people: { readonly person: Person; readonly storage: ClientStorage }[] = [];
  const ports = fleet.up();
  await inLanes(
    Array.from({ length: CLIENTS }, (_, at) => at),
    4,
    async (at) => {
      const person = await signInAt(fleet, ports[at % NODES] ?? 0, `client ${at}`);
      people.push({ person, storage: { token: person.refresh, attempt: undefined } });
    },
  );
  assert.equal(await fleet.order("kick", people[0]?.person.sid ?? ""), "ok");
  const [, ...others] = people;

  const until = performance.now() + LOAD_MS;
  let kills = 0;
  // On a busy machine a node takes its time to start again.
  const isOver = (): boolean => performance.now() > until && kills >= KILLS_LEAST;
  const load: Load = { fleet, history, proxyPort: proxy.port, isOver };
  const common = { fleet, history, port: () => proxy.port, timeoutMs: CLIENT_TIMEOUT_MS };
  const clients = others.map(({ person, storage }, at) =>
    refreshUntil(
      { ...common, person, storage, seeded: createSeededRandom(SEED + 100 + at), pauseMs: PAUSE_MS },
      isOver,
    ),
  );
  const doomed = others.filter((_, at) => at % ONE_IN === 0);
  const ends = doomed.map(async ({ person, storage }, at) => {
    await delay(seeded.roll(LOAD_MS - 2000));
    await endIt(load, person, storage, at % 2 === 0 ? "kick" : "sign-out");
  });
  const killing = (async () => {
    while (!isOver()) {
      await delay(300 + seeded.roll(500));
      const [node, ...rest] = fleet.nodes.filter((one) => one.isUp);
      if (node === undefined) continue;
      const victim = seeded.pick([node, ...rest]);
      await victim.kill();
      kills += 1;
      await victim.start();
    }
  })();
  await Promise.all([...clients, ...ends, killing]);
  await proxy.settled();

  // All of them once more, so that nobody remembers in memory what was answered.
  isBad = false;
  await Promise.all(fleet.nodes.map((node) => node.kill()));
  await Promise.all(fleet.nodes.map((node) => node.start()));
  for (const { person, storage } of doomed) await probe(load, person, storage);
  const finals = new Map<string, string>();
  for (const { person, storage } of others) {
    if (doomed.some((one) => one.person === person)) continue;
    for (let time = 0; time < 3; time += 1) await refreshOnce({ ...common, person, storage });
    const heard = history.happenings.findLast(({ who }) => who === person.name);
    if (heard?.verdict === "ok") finals.set(person.name, storage.token);
  }
  const counted = new Map<string, number>();
  for (const { what, verdict } of history.happenings) {
    counted.set(`${what} ${verdict}`, (counted.get(`${what} ${verdict}`) ?? 0) + 1);
  }
  t.diagnostic(`${kills} kills; ${[...counted].map(([what, times]) => `${what} ${times}`).join(", ")}`);
  assert.ok((counted.get("refresh ok") ?? 0) > CLIENTS * 5);
  assert.deepEqual(violations(history.happenings, finals), []);
});
