import type { Clock } from "../../core/time/clock.ts";
import type { HotStore } from "../../store/hot.ts";
import type { Secrets } from "../../token/sealing/secrets.ts";

/** What a running node says of itself, for an operator who compares the nodes. */
export interface PresentNode {
  /** Of this start of the process. */
  readonly id: string;
  /** Where it runs, for people. */
  readonly name: string;
  /** Epoch ms, by the node's clock. */
  readonly at: number;
  /** Ids of the secrets that it lists, newest first. */
  readonly secrets: readonly string[];
}

export interface Presence {
  /** To be called every {@link BEAT_MS}. Never rejects: a node that cannot say so runs all the same. */
  beat(): Promise<void>;
  /** This node ends. Never rejects. */
  leave(): Promise<void>;
}

export const BEAT_MS = 30_000;
const KEPT_MS = 3 * BEAT_MS;
/** Short-lived facts cannot be listed, so each node takes one of so many places. */
const PLACES = 64;

/** Says among the short-lived facts of a deployment that this node runs, and with which secrets. */
export function createPresence(parts: {
  readonly hot: HotStore;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly id: string;
  readonly name: string;
}): Presence {
  const { hot, clock, secrets, id, name } = parts;
  const ids = secrets.all.map((secret) => secret.id);
  let mine: number | undefined;

  /** The place of before, or the first that is free. */
  async function place(): Promise<number | undefined> {
    if (mine !== undefined && (await hot.claim(placeKey(mine), id, KEPT_MS))) return mine;
    for (let at = 0; at < PLACES; at += 1) {
      if (await hot.claim(placeKey(at), id, KEPT_MS)) return at;
    }
    return undefined;
  }

  return Object.freeze<Presence>({
    async beat() {
      try {
        mine = await place();
        if (mine === undefined) return;
        const said: PresentNode = { id, name, at: clock.now(), secrets: ids };
        await hot.remember(saidKey(mine), JSON.stringify(said), KEPT_MS);
      } catch {
        // What fails here fails for sign-ins too, and is told there.
      }
    },
    async leave() {
      try {
        if (mine === undefined) return;
        await hot.remember(saidKey(mine), "", 1);
        await hot.release(placeKey(mine), id);
      } catch {
        // Forgotten by itself soon.
      }
    },
  });
}

/** The nodes that have said within the last minute and a half that they run; 64 at most. */
export async function presentNodes(hot: Pick<HotStore, "recall">): Promise<readonly PresentNode[]> {
  const found = new Map<string, PresentNode>();
  for (let at = 0; at < PLACES; at += 1) {
    const node = nodeIn(await hot.recall(saidKey(at)));
    // A node may have left a place for another one.
    if (node !== undefined && node.at >= (found.get(node.id)?.at ?? 0)) found.set(node.id, node);
  }
  return [...found.values()];
}

function nodeIn(said: string | undefined): PresentNode | undefined {
  if (said === undefined || said === "") return undefined;
  const { id, name, at, secrets } = JSON.parse(said) as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || typeof name !== "string" || typeof at !== "number" || !Array.isArray(secrets))
    return undefined;
  return { id, name, at, secrets: secrets.map(String) };
}

function placeKey(at: number): string {
  return `node-place:${at}`;
}

function saidKey(at: number): string {
  return `node-said:${at}`;
}
