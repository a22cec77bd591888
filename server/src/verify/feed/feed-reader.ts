import type { Clock } from "../../core/time/clock.ts";
import type { ListedRevocation, Replacement, RevocationList } from "../revocation-list/revocation-list.ts";
import { createBeatLag } from "./beat-lag.ts";
import { nextState, openingState, type Position, positionToResume } from "./feed-state.ts";
import { type FeedEvent, readEvent } from "./stream/read-event.ts";
import { createSseParser } from "./stream/sse-parser.ts";
import type { Touch } from "./touch.ts";
import { SILENCE_MS } from "./watch-silence.ts";

/** Takes one stream into the list. */
export interface FeedReader {
  /**
   * @throws FeedFault for what the protocol does not say, Error for what comes too late to confirm anything. What was
   * understood before that counts.
   */
  push(piece: Uint8Array): void;
  /** Where the next stream goes on. */
  position(): Position | undefined;
}

export interface FeedReaderOptions {
  readonly list: Pick<RevocationList, "apply" | "startOver">;
  readonly touch: Touch;
  /** Called with the server's time in every beat that is not late, in epoch seconds. */
  readonly onBeat?: ((at: number) => void) | undefined;
  readonly clock: Clock;
  /** Where the stream before left off. */
  readonly position: Position | undefined;
  /** Monotonic ms at which this stream was asked for. */
  readonly askedAt: number;
  /** Called for what shows that the stream lives: any event at first, once it is caught up only beats. */
  readonly heard: () => void;
}

/** Reads one stream from its first byte on. */
export function createFeedReader(options: FeedReaderOptions): FeedReader {
  const { list, touch, onBeat, clock, askedAt, heard } = options;
  const parser = createSseParser();
  const beatLag = createBeatLag();
  let state = openingState(options.position);
  let aside: Replacement | undefined = state.aside ? list.startOver() : undefined;
  let confirmed = false;
  const news: ListedRevocation[] = [];

  function applyNews(): void {
    if (news.length > 0) (aside ?? list).apply(news.splice(0));
  }

  function confirm(at: number): void {
    const now = clock.monotonic();
    // All that is known of the first beat is that it was sent after we asked. If that was long ago, something on the way
    // may hold everything back for as long; a new stream, which has little to catch up with, tells.
    if (!confirmed && now - askedAt > SILENCE_MS) throw new Error("the first beat came too long after the question");
    const lag = beatLag(at, now);
    if (lag > SILENCE_MS) throw new Error("the beats come late");
    confirmed = true;
    touch.confirm(lag);
    onBeat?.(at);
  }

  function take(event: FeedEvent): void {
    const [next, action] = nextState(state, event);
    if (action === "take" && event.kind === "revoke") news.push(event.entry);
    else applyNews();
    state = next;
    if (action === "start_over") aside = list.startOver();
    if (action === "caught_up") {
      aside?.swapIn();
      aside = undefined;
    }
    if (action === "confirm" && event.kind === "beat") confirm(event.at);
    if (!state.caughtUp || action === "caught_up" || action === "confirm") heard();
  }

  return Object.freeze({
    push(piece: Uint8Array): void {
      const events = parser.push(piece);
      try {
        for (const event of events) take(readEvent(event));
      } finally {
        applyNews();
      }
    },
    position: () => positionToResume(state),
  });
}
