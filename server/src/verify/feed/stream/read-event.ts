import { type Cursor, parseCursor } from "../../../core/cursor.ts";
import { type JsonObject, parseStrictObject } from "../../../token/jws/strict-json.ts";
import type { ListedRevocation } from "../../revocation-list/revocation-list.ts";
import { FeedFault } from "../feed-fault.ts";
import { readEntry } from "./read-entry.ts";
import type { SseEvent } from "./sse-parser.ts";

/** What the feed says, read. */
export type FeedEvent =
  | { readonly kind: "revoke"; readonly cursor: Cursor; readonly text: string; readonly entry: ListedRevocation }
  /** What was read before counts no more; everything alive follows. */
  | { readonly kind: "reset" }
  /** Everything alive has been sent. */
  | { readonly kind: "ready"; readonly cursor: Cursor | undefined }
  /** The database had been read up to the cursor at `at`, in epoch seconds of the server. */
  | { readonly kind: "beat"; readonly cursor: Cursor; readonly at: number };

/**
 * An event of the stream → what it says. `reset` and `ready` say all by their names; what a server tells beside that is
 * looked at only if it is a cursor.
 * @throws FeedFault `not_understood`
 */
export function readEvent({ event, data, id }: SseEvent): FeedEvent {
  switch (event) {
    case "revoke":
      return { kind: "revoke", cursor: needCursor(id, "an entry"), text: data, entry: readEntry(data) };
    case "reset":
      return { kind: "reset" };
    case "ready": {
      const told = data === "" ? id : (readObject(data, "ready")["cursor"] ?? id);
      return { kind: "ready", cursor: told === undefined ? undefined : needCursor(told, "ready") };
    }
    case "beat": {
      const { cursor, at } = readObject(data, "a beat");
      if (!Number.isSafeInteger(at) || Number(at) < 0) throw new FeedFault("not_understood", "a beat without its time");
      return { kind: "beat", cursor: needCursor(cursor, "a beat"), at: Number(at) };
    }
    default:
      throw new FeedFault("not_understood", "an event of an unknown kind");
  }
}

function needCursor(text: unknown, where: string): Cursor {
  const cursor = parseCursor(text);
  if (cursor === undefined) throw new FeedFault("not_understood", `${where} without a cursor of the form epoch.number`);
  return cursor;
}

function readObject(data: string, where: string): JsonObject {
  const object = parseStrictObject(Buffer.from(data));
  if (object === undefined) throw new FeedFault("not_understood", `${where} that is no JSON object`);
  return object;
}
