import type { SeededRandom } from "../properties/seeded-random.ts";
import { textIn } from "./ask-node.ts";
import { newAttempt, refreshRequest } from "./client-requests.ts";
import type { History } from "./history.ts";
import type { Fleet } from "./nodes.ts";
import type { Person } from "./people.ts";

/** What a client keeps; what was handed out and may have been lost, it never presents. */
export interface ClientStorage {
  token: string;
  /** Saved before the request leaves, forgotten with its answer. */
  attempt: string | undefined;
}

export interface HonestClientOptions {
  readonly fleet: Fleet;
  readonly history: History;
  readonly person: Person;
  readonly storage: ClientStorage;
  readonly seeded: SeededRandom;
  /** Where it finds a node. */
  readonly port: () => number;
  /** After so long it repeats what was not answered. */
  readonly timeoutMs: number;
  /** Shortest and longest pause between two refreshes. */
  readonly pauseMs: readonly [number, number];
}

/** One refresh, asked once. Answers whether the client may go on: no, if it was told that it is signed out. */
export async function refreshOnce(options: Omit<HonestClientOptions, "pauseMs" | "seeded">): Promise<boolean> {
  const { fleet, history, person, storage, port, timeoutMs } = options;
  storage.attempt ??= newAttempt();
  const { token, attempt } = storage;
  const heard = await history.record({ who: person.name, what: "refresh", token, attempt }, () =>
    fleet.ask(port(), refreshRequest(token, attempt), timeoutMs),
  );
  const given = textIn(heard, "refresh_token");
  if (given !== "") Object.assign(storage, { token: given, attempt: undefined });
  return given !== "" || heard.kind === "nothing" || heard.status === 503;
}

/** Refreshes again and again, until it is told to stop or is signed out. */
export async function refreshUntil(options: HonestClientOptions, isOver: () => boolean): Promise<void> {
  const {
    seeded,
    pauseMs: [least, most],
  } = options;
  while (!isOver() && (await refreshOnce(options))) {
    await new Promise((resolve) => setTimeout(resolve, least + seeded.roll(most - least)));
  }
}
