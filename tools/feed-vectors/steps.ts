// What a reader of the feed goes through in a vector, step by step.
import type { VectorStep, VectorVerdict } from "../../server/src/verify/feed/feed-vectors.fixture.ts";

/** Epoch seconds at which each vector begins. */
export const START = 1_790_000_000;
/** The end of entries: long after everything. */
const UNTIL = START + 3600;

export const send = (...texts: readonly string[]): VectorStep => ({ do: "send", text: texts.join("") });
export const open = (...after: readonly (string | null)[]): VectorStep => ({ do: "open", after });
export const wait = (ms: number): VectorStep => ({ do: "wait", ms });
export const cut: VectorStep = { do: "cut" };
export const left: VectorStep = { do: "left" };
export const publish = (...keys: readonly string[]): VectorStep => ({ do: "publish", keys });
export const expectTokens = (tokens: Readonly<Record<string, VectorVerdict>>): VectorStep => ({ do: "expect", tokens });

export const passes: VectorVerdict = { passes: true };
export const unknown: VectorVerdict = { reason: "revocations_unknown" };
export const revoked = (why: string): VectorVerdict => ({ reason: "token_revoked", why });
export const stale = (why: string): VectorVerdict => ({ reason: "token_stale", why });
export const refused = (reason: string): VectorVerdict => ({ reason });

/** An event `revoke`; text stands for itself, and anything else gets its `until`. */
export function revoke(cursor: string, entry: string | object): string {
  const data = typeof entry === "string" ? entry : JSON.stringify({ until: UNTIL, ...entry });
  return `id: ${cursor}\nevent: revoke\ndata: ${data}\n\n`;
}

export const ready = (cursor: string): string => `id: ${cursor}\nevent: ready\ndata: {"cursor":"${cursor}"}\n\n`;
export const reset = "event: reset\ndata: {}\n\n";

/** @param second how many seconds after the start the server says it is */
export function beat(cursor: string, second: number): string {
  return `event: beat\ndata: {"cursor":"${cursor}","at":${START + second}}\n\n`;
}

/** A reader that has caught up and is in touch, with these entries before `ready`. */
export function inTouch(cursor: string, ...entries: readonly string[]): readonly VectorStep[] {
  return [publish("one"), open(null), send(...entries, ready(cursor), beat(cursor, 0))];
}
