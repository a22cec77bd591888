import { type Cursor, formatCursor, parseCursor } from "../../core/cursor.ts";
import type { Limits } from "../../limits/limits.ts";
import type { OutgoingStream, RevocationFeed } from "../../revocations/revocation-feed.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Auth } from "../../verify/token-check/auth.ts";
import { backEnd } from "../authentication/back-end.ts";
import type { Checker } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { eventStream, privateJson } from "../messages/answers.ts";
import type { Answer, BodyStream, Call } from "../messages/call.ts";
import { type Form, parseForm } from "../messages/form.ts";
import { invalid } from "../messages/form-parameters.ts";
import { entryOnWire, eventText } from "./feed-text.ts";

const PERMISSION = "hufu.revocations:read";
export const LIMIT = 200;
export const LIMIT_MOST = 1000;

/** What the feed of revocations is served from. */
export interface RevocationsOptions {
  readonly feed: RevocationFeed;
  readonly protocol: Pick<Protocol, "findClient">;
  readonly verifier: Checker;
  readonly limits: Pick<Limits, "stream">;
}

/** `GET /revocations`: what is no longer true, as a stream or by the page (docs/protocol.md §6). */
export function revocationsEndpoint({ feed, protocol, verifier, limits }: RevocationsOptions): Endpoint {
  return {
    path: "/revocations",
    refusals: "guard",
    methods: {
      async GET(call) {
        const admit = (): Promise<Auth<unknown>> => backEnd(verifier, protocol, call, PERMISSION);
        const { clientId } = await admit();
        const query = parseForm(call.query);
        if (!wantsEvents(call)) return answerPage(feed, query);
        const limit = query.get("limit");
        if (limit !== undefined) throw invalid("limit");
        const after = cursorIn("Last-Event-ID", call.header("last-event-id")) ?? cursorIn("after", query.get("after"));
        const ended = limits.stream(clientId);
        try {
          return eventStream(textOf(await feed.open(after), admit, ended));
        } catch (error) {
          ended();
          throw error;
        }
      },
    },
  };
}

async function answerPage(feed: RevocationFeed, query: Form): Promise<Answer> {
  const page = await feed.page(cursorIn("after", query.get("after")), limitIn(query.get("limit")));
  const cursor = formatCursor(page.cursor);
  return privateJson(200, {
    // As the stream's event of this name: what was told before does not count.
    reset: page.isReset || undefined,
    items: page.entries.map(entryOnWire),
    cursor,
    next: page.hasMore ? cursor : null,
  });
}

/** The events as text, for as long as the reader's token is valid: it is checked with every beat. */
function textOf({ events, close: end }: OutgoingStream, admit: () => Promise<unknown>, ended: () => void): BodyStream {
  function close(): void {
    end();
    ended();
  }
  async function* chunks(): AsyncGenerator<string> {
    try {
      for await (const some of events) {
        if (some.some(({ kind }) => kind === "beat")) await admit();
        yield some.map(eventText).join("");
      }
    } catch {
      // Refused by now. The reader comes back with another token, or is told why not.
    } finally {
      close();
    }
  }
  return { chunks: chunks(), close };
}

function wantsEvents(call: Call): boolean {
  return /(?:^|,)\s*text\/event-stream\s*(?:[;,]|$)/i.test(call.header("accept") ?? "");
}

/** @throws HufuError `parameter_invalid` */
function cursorIn(name: string, text: string | undefined): Cursor | undefined {
  // An EventSource that has met no id yet sends none; a proxy may make it empty.
  if (text === undefined || text === "") return undefined;
  const cursor = parseCursor(text);
  if (cursor === undefined) throw invalid(name);
  return cursor;
}

/** @throws HufuError `parameter_invalid` */
function limitIn(text: string | undefined): number {
  if (text === undefined) return LIMIT;
  const limit = Number(text);
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > LIMIT_MOST) throw invalid("limit");
  return limit;
}
