import { formatCursor } from "../../core/cursor.ts";
import { toSeconds } from "../../core/time/clock.ts";
import type { OutgoingEvent } from "../../revocations/revocation-feed.ts";
import type { RevocationEntry } from "../../store/records.ts";

/** An entry as docs/protocol.md §6 shows it. `until` is rounded up: a list that forgets early lets a token through. */
export function entryOnWire({ revocation, until }: RevocationEntry): object {
  return { ...revocation, until: Math.ceil(until / 1000) };
}

/**
 * An event in the form of server-sent events. What moves the reader on has its cursor as `id`, which a browser's
 * EventSource sends back as `Last-Event-ID`.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventText(event: OutgoingEvent): string {
  switch (event.kind) {
    case "revoke":
      return block("revoke", entryOnWire(event.entry), formatCursor(event.cursor));
    case "ready": {
      const cursor = formatCursor(event.cursor);
      return block("ready", { cursor }, cursor);
    }
    case "beat":
      return block("beat", { cursor: formatCursor(event.cursor), at: toSeconds(event.at) });
    case "reset":
      return block("reset", {});
  }
}

/** JSON has no line breaks, so one line of data is enough. */
function block(event: string, data: object, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
