import type { Cursor } from "../../core/cursor.ts";
import { FeedFault } from "./feed-fault.ts";
import type { FeedEvent } from "./stream/read-event.ts";

/** How far a reader has come. */
export interface Position {
  readonly cursor: Cursor;
  /** The text of the entry that stands there, if the reader has seen it: the same number must not say something else. */
  readonly text: string | undefined;
}

/** Where a reader stands on one stream. */
export interface FeedState {
  /** Has everything alive been sent? Before that, nothing confirms the list. */
  readonly caughtUp: boolean;
  /** Is the list being built anew, aside from the one in use? */
  readonly aside: boolean;
  readonly position: Position | undefined;
}

/** What is to be done about an event. */
export type FeedAction =
  /** It changes nothing. */
  | "none"
  /** Take the entry into the list, or into the one aside. */
  | "take"
  /** Begin a list aside, or the one aside anew. */
  | "start_over"
  /** The list is whole: the one aside, if there is one, takes the place of the one in use. */
  | "caught_up"
  /** The list is right as of this beat. */
  | "confirm";

/** The state of a stream that was just opened, after what was read before. */
export function openingState(position: Position | undefined): FeedState {
  return { caughtUp: false, aside: position === undefined, position };
}

/** Where the next stream goes on. A list aside that never became whole is lost, and so is the place in it. */
export function positionToResume({ caughtUp, aside, position }: FeedState): Position | undefined {
  return aside && !caughtUp ? undefined : position;
}

/** @throws FeedFault `disorder` for an event that cannot come at this place */
export function nextState(state: FeedState, event: FeedEvent): readonly [FeedState, FeedAction] {
  const { position } = state;
  switch (event.kind) {
    case "reset":
      return [{ caughtUp: false, aside: true, position: undefined }, "start_over"];
    case "revoke": {
      const order = compare(position, event.cursor);
      if (order === 0 && position?.text === event.text) return [state, "none"];
      if (order !== undefined && order <= 0) throw new FeedFault("disorder", "an entry that is not after the last");
      return [{ ...state, position: { cursor: event.cursor, text: event.text } }, "take"];
    }
    case "ready":
      if (state.caughtUp) throw new FeedFault("disorder", "ready, twice");
      return [{ caughtUp: true, aside: false, position: moved(position, event.cursor) }, "caught_up"];
    case "beat":
      // Only what is whole can be confirmed.
      if (!state.caughtUp) return [state, "none"];
      return [{ ...state, position: moved(position, event.cursor) }, "confirm"];
  }
}

/** Entries that are over are not sent, so that a cursor may well be ahead of the last entry. It is never behind it. */
function moved(position: Position | undefined, cursor: Cursor | undefined): Position | undefined {
  if (cursor === undefined) return position;
  const order = compare(position, cursor);
  if (order === 0) return position;
  if (order !== undefined && order < 0) throw new FeedFault("disorder", "a cursor that runs backwards");
  return { cursor, text: undefined };
}

/** More than 0 if the cursor is ahead of the position; `undefined` without a position. */
function compare(position: Position | undefined, { epoch, number }: Cursor): number | undefined {
  if (position === undefined) return undefined;
  if (epoch !== position.cursor.epoch) throw new FeedFault("disorder", "another epoch without a reset");
  return number - position.cursor.number;
}
