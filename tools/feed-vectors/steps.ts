// What a reader of the feed goes through in a vector, step by step.

/** What a token must be answered. */
export type Verdict =
  | { readonly passes: true; readonly permissions?: readonly string[] }
  | { readonly reason: string; readonly why?: string };

/** One step. Times are milliseconds; `null` among cursors means that none was sent. */
export type Step =
  /** The issuer publishes these keys from now on. */
  | { readonly do: "publish"; readonly keys: readonly string[] }
  /** `GET /roles` answers this from now on. */
  | { readonly do: "roles"; readonly answer: { readonly pol: number; readonly roles: Record<string, string[]> } }
  /** The reader opens a stream, and sends one of these cursors as `Last-Event-ID`. */
  | { readonly do: "open"; readonly after: readonly (string | null)[] }
  /** These bytes come, UTF-8. */
  | { readonly do: "send"; readonly text: string }
  /** The line breaks. */
  | { readonly do: "cut" }
  /** The reader has closed the stream by itself. */
  | { readonly do: "left" }
  /** Time passes, on both of the reader's clocks. */
  | { readonly do: "wait"; readonly ms: number }
  /** The machine sleeps: the wall clock goes on, the monotonic one stands still. */
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "expect"; readonly tokens: Readonly<Record<string, Verdict>> };

/** One story, and what must be true in it. */
export interface Vector {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Epoch seconds at which each vector begins. */
export const START = 1_790_000_000;
/** The end of entries: long after everything. */
const UNTIL = START + 3600;

export const send = (...texts: readonly string[]): Step => ({ do: "send", text: texts.join("") });
export const open = (...after: readonly (string | null)[]): Step => ({ do: "open", after });
export const wait = (ms: number): Step => ({ do: "wait", ms });
export const cut: Step = { do: "cut" };
export const left: Step = { do: "left" };
export const publish = (...keys: readonly string[]): Step => ({ do: "publish", keys });
export const expectTokens = (tokens: Readonly<Record<string, Verdict>>): Step => ({ do: "expect", tokens });

export const passes: Verdict = { passes: true };
export const unknown: Verdict = { reason: "revocations_unknown" };
export const revoked = (why: string): Verdict => ({ reason: "token_revoked", why });
export const stale = (why: string): Verdict => ({ reason: "token_stale", why });
export const refused = (reason: string): Verdict => ({ reason });

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
export function inTouch(cursor: string, ...entries: readonly string[]): readonly Step[] {
  return [publish("one"), open(null), send(...entries, ready(cursor), beat(cursor, 0))];
}
