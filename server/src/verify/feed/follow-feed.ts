import { formatCursor } from "../../core/cursor.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Random } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import { askAsOurselves } from "../issuer/ask-as-ourselves.ts";
import type { OwnToken } from "../issuer/own-token.ts";
import type { IssuerAddress } from "../issuer-address.ts";
import { fetchFault } from "../jwks/fetch-json.ts";
import { refusedStatus } from "../jwks/refused-status.ts";
import type { Pause } from "../pause.ts";
import type { RevocationList } from "../revocation-list/revocation-list.ts";
import { FeedFault } from "./feed-fault.ts";
import { createFeedReader } from "./feed-reader.ts";
import type { Position } from "./feed-state.ts";
import { reconnectDelay } from "./reconnect-delay.ts";
import type { Touch } from "./touch.ts";
import { watchSilence } from "./watch-silence.ts";

export interface FollowFeedOptions {
  readonly address: IssuerAddress;
  readonly ownToken: OwnToken;
  readonly list: Pick<RevocationList, "apply" | "startOver">;
  /** Called at every beat. */
  readonly touch: Touch;
  /** Called with the server's time in every beat, in epoch seconds. */
  readonly onBeat?: (at: number) => void;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly pause: Pause;
  readonly log: Logger;
  /** Ends it. */
  readonly stop: AbortSignal;
}

export interface FeedFollower {
  /** Resolves while the feed is read; rejects with `revocations_unknown` when two tries in a row have failed. */
  ready(): Promise<void>;
  /** Why the last stream ended; `undefined` while one is read. */
  failure(): string | undefined;
}

/** A stream that lasted for so long was a good one, in milliseconds: the next is opened at once. */
const GOOD_MS = 1000;

/** Follows the issuer's revocation feed from now on (docs/protocol.md §6), one stream after another. */
export function followFeed(options: FollowFeedOptions): FeedFollower {
  const { address, ownToken, list, touch, onBeat, fetch, clock, random, pause, log, stop } = options;
  const { issuer } = address;
  const url = address.reach(new URL(`${issuer}/revocations`));
  let position: Position | undefined;
  let failures = 0;
  let told: string | undefined;
  let failure: unknown;
  const waiting = new Set<(error: HufuError | undefined) => void>();

  function settle(error?: HufuError): void {
    for (const done of waiting) done(error);
    waiting.clear();
  }

  function confirmed(): void {
    if (told !== undefined) log.info({ issuer }, "the revocation feed is read again");
    failures = 0;
    told = undefined;
    settle();
  }

  /** One stream, to its end. Always rejects: a stream has no good end. */
  async function readStream(): Promise<never> {
    const cut = new AbortController();
    const signal = AbortSignal.any([stop, cut.signal]);
    const silence = watchSilence({
      clock,
      pause,
      signal,
      onSilence: () => cut.abort(new Error("the stream fell silent")),
    });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    let askedAt = clock.monotonic();
    try {
      const response = await askAsOurselves(ownToken, async (token) => {
        askedAt = clock.monotonic();
        silence.heard();
        const answer = await Promise.race([
          fetch(url, { headers: headersOf(token), redirect: "error", signal }),
          aborted,
        ]);
        silence.rest();
        if (answer.status === 401) letGoOf(answer.body);
        return answer;
      });
      const body = bodyOf(response);
      silence.heard();
      let before = touch.confirmations;
      const reader = createFeedReader({ list, touch, onBeat, clock, position, askedAt, heard: silence.heard });
      try {
        await readBody(body, signal, (piece) => {
          reader.push(piece);
          if (touch.confirmations === before) return;
          before = touch.confirmations;
          confirmed();
        });
        throw new Error("the stream ended");
      } catch (error) {
        const disorder = error instanceof FeedFault && error.kind === "disorder";
        position = disorder ? undefined : reader.position();
        throw error;
      }
    } finally {
      cut.abort();
    }
  }

  function headersOf(token: string): Record<string, string> {
    return {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...(position === undefined ? {} : { "last-event-id": formatCursor(position.cursor) }),
    };
  }

  async function follow(): Promise<void> {
    while (!stop.aborted) {
      const openedAt = clock.monotonic();
      const before = touch.confirmations;
      const failuresBefore = failures;
      await readStream().catch((error: unknown) => {
        failure = error instanceof FeedFault || isNamed(error) ? error : fetchFault("GET", url, error);
      });
      if (stop.aborted) break;
      const good = touch.confirmations !== before && clock.monotonic() - openedAt >= GOOD_MS;
      failures = good ? 1 : failuresBefore + 1;
      tell();
      if (failures > 1) settle(unknown());
      const wait = reconnectDelay(failures, random);
      if (wait > 0) await pause(wait, stop).catch(() => undefined);
    }
    settle(unknown());
  }

  /** The same once, and not every two seconds. */
  function tell(): void {
    const message = failure instanceof Error ? failure.message : "unknown";
    if (message === told) return;
    told = message;
    const fields = { issuer, why: message };
    if (failure instanceof FeedFault) log.error(fields, "the revocation feed said what cannot be");
    else log.warn(fields, "the revocation feed cannot be read; it is tried again");
  }

  function unknown(): HufuError {
    return new HufuError("revocations_unknown", {
      retryAfter: 1,
      detail: stop.aborted ? "the verifier was closed" : `the revocation feed cannot be read: ${messageOf(failure)}`,
      cause: failure,
    });
  }

  void follow();
  return Object.freeze({
    failure: () => (failures === 0 || failure === undefined ? undefined : messageOf(failure)),
    async ready(): Promise<void> {
      if (stop.aborted) throw unknown();
      if (failures === 0 && touch.confirmations > 0) return;
      await new Promise<void>((resolve, reject) => {
        waiting.add((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  });
}

/** An error of the token endpoint has its own URL in it. */
function isNamed(error: unknown): boolean {
  return error instanceof Error && /^(?:GET|POST) https?:/.test(error.message);
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  const { status, body, headers, redirected } = response;
  const isStream = /^text\/event-stream\s*(;|$)/i.test(headers.get("content-type") ?? "");
  if (status === 200 && isStream && !redirected && body !== null) return body;
  letGoOf(body);
  throw new Error(status === 200 ? "the answer is not text/event-stream" : refusedStatus(status, headers));
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : "not tried yet";
}

/** Waits for nothing: a server that says nothing more must not hold us up. */
function letGoOf(body: ReadableStream | null): void {
  body?.cancel().catch(() => undefined);
}

/** Every piece in turn. A body that does not mind the signal is let go of all the same. */
async function readBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader();
  const letGo = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", letGo, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      take(value);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    letGo();
  }
}
