// What is done to a store that grows. At its port: the signature of a refresh and the platform's answer to a sign-in cost
// the same however many sessions there are (B7 and B8 have all of it).
import type { SessionId, UserId } from "../../server/src/core/ids.ts";
import { refreshed } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Store } from "../../server/src/store/store.ts";
import { LISTED, newHash, signInOnce } from "./sample-sessions.ts";

export const OPERATIONS = ["refresh", "sign-in", "list", "purge"] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** A store with so many sessions, and some of what is in it, in no order that any index has. */
export interface GrownStore {
  readonly sessions: number;
  readonly store: Store;
  readonly active: readonly SessionId[];
  readonly usersWithFive: readonly UserId[];
}

/** Answers the microseconds that one operation took; `undefined` if nothing is left to do. */
export type Round = () => Promise<number | undefined>;

/** As busy HTTP servers are; SQLite commits what waits together. */
const AT_ONCE = 32;
const ROUND_MS = 400;
/** Sessions that a purge looks at in one transaction, as the nodes' own does. */
const PURGE_BATCH = 100;
/** A round of sign-ins leaves rows behind: few enough that a small database stays one. */
const SIGN_INS_MOST = 512;

export function roundsOf(grown: GrownStore): Readonly<Record<OperationName, Round>> {
  const { store, sessions } = grown;
  const nextActive = inTurn(grown.active);
  const nextUser = inTurn(grown.usersWithFive);

  const refreshOne = async (): Promise<void> => {
    const found = await store.sessions.findForMint(nextActive());
    if (found === undefined) throw new Error("a session is missing");
    const next = refreshed(found.session);
    // Between two refreshes lie minutes: never more than one earlier token is kept.
    const recent = next.recent.slice(0, 1);
    const { now } = found;
    const written = { ...next, currentHash: newHash(), recent, lastUsedAt: now, clock: now };
    if (!(await store.sessions.compareAndSet(written))) throw new Error("a refresh lost its session");
  };
  const listOne = async (): Promise<void> => {
    const listed = await store.sessions.listOfUser(nextUser());
    if (listed.length !== LISTED) throw new Error(`a list has ${listed.length} sessions`);
  };
  const signIns = Math.max(AT_ONCE, Math.min(SIGN_INS_MOST, Math.floor(sessions / 100)));

  let from: SessionId | null = null;
  let isThrough = false;
  const purgeBatch: Round = async () => {
    while (!isThrough) {
      const began = performance.now();
      const { purged, next } = await store.purge.sessions(0, PURGE_BATCH, from);
      const took = performance.now() - began;
      from = next;
      isThrough = next === null;
      if (purged > 0) return (took / purged) * 1000;
    }
    return undefined;
  };

  return {
    refresh: () => timedFor(ROUND_MS, refreshOne),
    "sign-in": () => timedTimes(signIns, () => signInOnce(store)),
    list: () => timedFor(ROUND_MS, listOne),
    purge: purgeBatch,
  };
}

/** Each of them, and from the first again. */
function inTurn<Item>(items: readonly Item[]): () => Item {
  let next = 0;
  return () => {
    const item = items[next++ % items.length];
    if (item === undefined) throw new Error("there is nothing to choose from");
    return item;
  };
}

function timedFor(ms: number, work: () => Promise<void>): Promise<number> {
  const until = performance.now() + ms;
  return timed(() => performance.now() < until, work);
}

function timedTimes(times: number, work: () => Promise<void>): Promise<number> {
  let left = times;
  return timed(() => left-- > 0, work);
}

async function timed(goesOn: () => boolean, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  let done = 0;
  const lane = async (): Promise<void> => {
    while (goesOn()) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return ((performance.now() - began) / done) * 1000;
}
