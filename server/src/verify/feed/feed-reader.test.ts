import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newSessionId } from "../../core/ids.ts";
import { systemRandom } from "../../core/random.ts";
import { LATER, START, userClaims } from "../issuer.fixture.ts";
import { createRevocationList } from "../revocation-list/revocation-list.ts";
import { FeedFault } from "./feed-fault.ts";
import { createFeedReader, type FeedReader } from "./feed-reader.ts";
import type { Position } from "./feed-state.ts";
import { createSetTime } from "./set-time.fixture.ts";
import { createTouch } from "./touch.ts";

const SESSIONS = Array.from({ length: 12 }, () => userClaims({ sid: newSessionId(systemRandom, 0) }));

/** What may happen to a server, its backups and the line between it and a reader. */
type Step =
  | { readonly do: "revoke"; readonly who: number }
  /** The server says all that it has not said yet, then beats. */
  | { readonly do: "beat" }
  /** The line breaks in the middle of what the server is saying. */
  | { readonly do: "cut"; readonly after: number }
  /** A backup of so many entries ago comes back, with another epoch. */
  | { readonly do: "restore"; readonly lost: number }
  /** A line that no server should send. */
  | { readonly do: "garble"; readonly line: string }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("revoke" as const), who: fc.nat(SESSIONS.length - 1) }) },
  { weight: 6, arbitrary: fc.constant({ do: "beat" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), after: fc.nat(600) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), lost: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("garble" as const),
      line: fc.constantFrom("event: unknown\ndata: {}\n\n", "event: beat\ndata: {}\n\n", "event: revoke\ndata: 1\n\n"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(900) }) },
);

test("in any run of events, what was confirmed is what the server knows, and nothing revoked passes in between", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), fc.nat(64), (steps, pieceSize) => {
      const time = createSetTime();
      const list = createRevocationList({ clock: time });
      const touch = createTouch(time);
      let epoch = 1;
      let entries: readonly number[] = [];
      let position: Position | undefined;
      let reader: FeedReader | undefined;
      let told = 0;
      const ever = new Set<number>();
      /** What the reader is sure to know: an ended session stays so, even if a restore has taken it back. */
      let sure: ReadonlySet<number> = new Set();

      const cursor = (number: number): string => `${epoch}.${number}`;
      const line = (at: number): string =>
        `id: ${cursor(at + 1)}\nevent: revoke\ndata: ${JSON.stringify({
          sid: SESSIONS[entries[at] ?? 0]?.sid,
          why: "kicked",
          until: LATER / 1000,
        })}\n\n`;
      const refused = (): ReadonlySet<number> =>
        new Set(SESSIONS.flatMap((claims, who) => (list.verdict(claims) === undefined ? [] : [who])));

      function deliver(text: string): void {
        const bytes = Buffer.from(text);
        const size = pieceSize + 1;
        for (let from = 0; from < bytes.length && reader !== undefined; from += size) {
          try {
            reader.push(bytes.subarray(from, from + size));
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            position = error instanceof FeedFault && error.kind === "disorder" ? undefined : reader.position();
            reader = undefined;
          }
          const now = refused();
          for (const who of sure) assert.ok(now.has(who), `${who} passes`);
        }
      }

      /** Opens a stream if there is none; what the server says first. */
      function opening(): string {
        if (reader !== undefined) return "";
        const resumed = position?.cursor;
        const resumes = resumed !== undefined && resumed.epoch === epoch && resumed.number <= entries.length;
        const from = resumes ? resumed.number : 0;
        reader = createFeedReader({
          list,
          touch,
          clock: time,
          position,
          askedAt: time.monotonic(),
          heard: () => undefined,
        });
        const alive = entries.slice(from).map((_, at) => line(from + at));
        told = entries.length;
        return `${resumed !== undefined && !resumes ? "event: reset\ndata: {}\n\n" : ""}${alive.join("")}event: ready\ndata: {}\n\n`;
      }

      function news(): string {
        const text = entries.slice(told).map((_, at) => line(told + at));
        told = entries.length;
        return text.join("");
      }

      function beat(): string {
        const at = START + Math.floor(time.monotonic() / 1000);
        return `event: beat\ndata: ${JSON.stringify({ cursor: cursor(entries.length), at })}\n\n`;
      }

      for (const one of steps) {
        if (one.do === "revoke") {
          entries = [...entries, one.who];
          ever.add(one.who);
        } else if (one.do === "wait") time.advance(one.ms);
        else if (one.do === "garble") deliver(one.line);
        else if (one.do === "cut") {
          deliver((opening() + news() + beat()).slice(0, one.after));
          position = reader === undefined ? position : reader.position();
          reader = undefined;
        } else if (one.do === "restore") {
          entries = entries.slice(0, Math.max(0, entries.length - one.lost));
          epoch += 1;
          position = reader === undefined ? position : reader.position();
          reader = undefined;
        } else {
          const before = touch.confirmations;
          deliver(opening() + news() + beat());
          if (reader === undefined) continue;
          assert.equal(touch.confirmations, before + 1);
          sure = new Set([...sure, ...entries]);
          const now = refused();
          for (const who of sure) assert.ok(now.has(who), `${who} passes`);
          for (const who of now) assert.ok(ever.has(who), `${who} was never ended`);
        }
      }
    }),
    { numRuns: 400 },
  );
});
