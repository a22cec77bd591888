import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Clock } from "../../core/time/clock.ts";
import { until } from "../../core/until.fixture.ts";

const FOLDER = new URL("../../../../vectors/feed/", import.meta.url);

/** What a token must be answered, as vectors/feed/README.md says. */
export type VectorVerdict =
  | { readonly passes: true; readonly permissions?: readonly string[] }
  | { readonly reason: string; readonly why?: string };

/** One step of a reader. Times are milliseconds; `null` among cursors means that none was sent. */
export type VectorStep =
  /** The issuer publishes these keys from now on. */
  | { readonly do: "publish"; readonly keys: readonly string[] }
  /** `GET /roles` answers this from now on. */
  | { readonly do: "roles"; readonly answer: { readonly pol: number; readonly roles: Record<string, string[]> } }
  /** The reader opens a stream, and sends one of these cursors as `Last-Event-ID`. */
  | { readonly do: "open"; readonly after: readonly (string | null)[] }
  /** These bytes arrive, UTF-8. */
  | { readonly do: "send"; readonly text: string }
  /** The connection breaks. */
  | { readonly do: "cut" }
  /** The reader has closed the stream by itself. */
  | { readonly do: "left" }
  /** Time passes, on both of the reader's clocks. */
  | { readonly do: "wait"; readonly ms: number }
  /** The machine sleeps: the wall clock goes on, the monotonic one stands still. */
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "expect"; readonly tokens: Readonly<Record<string, VectorVerdict>> };

/** One vector: the steps of a reader, and what must be true in them. */
export interface FeedVector {
  readonly name: string;
  readonly steps: readonly VectorStep[];
}

/** `issuer.json`. */
export interface VectorIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly start: number;
  readonly leeway_ms: number;
  readonly max_silence_ms: number;
  readonly keys: Readonly<Record<string, object>>;
  readonly tokens: Readonly<Record<string, string>>;
}

export function readVectors<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
}

/** One stream, from the issuer's side. */
interface Line {
  readonly response: Response;
  /** Resolves when the reader has taken it in, or has left. */
  send(text: string): Promise<void>;
  cut(): void;
  readonly left: boolean;
}

function openLine(): Line {
  let left = false;
  let wanted = false;
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        stream = controller;
      },
      // Asked for again when what came before has been read.
      pull: () => {
        wanted = true;
      },
      cancel: () => {
        left = true;
      },
    },
    { highWaterMark: 0 },
  );
  const isTaken = (): boolean => wanted || left;
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    async send(text) {
      await until(isTaken);
      if (left) return;
      wanted = false;
      stream?.enqueue(Buffer.from(text));
      await until(isTaken);
    },
    cut() {
      if (!left) stream?.error(new Error("the line broke"));
    },
    get left() {
      return left;
    },
  };
}

/** The issuer of a vector, as a `fetch` that answers what the steps say, and a clock that the steps move. */
export function createVectorIssuer({ issuer, start, keys, tokens }: VectorIssuer): {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  take(step: Exclude<VectorStep, { do: "expect" }>): Promise<void>;
} {
  let published: readonly string[] = [];
  let roles: object = {};
  let elapsed = 0;
  let slept = 0;
  let line: Line | undefined;
  let asked: { readonly after: string | null; readonly answer: (response: Response) => void } | undefined;
  const answers: Readonly<Record<string, () => object>> = {
    "/.well-known/oauth-authorization-server/auth": () => ({
      issuer,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint: `${issuer}/token`,
      introspection_endpoint: `${issuer}/introspect`,
    }),
    "/auth/jwks": () => ({ keys: published.map((name) => keys[name]) }),
    "/auth/token": () => ({ access_token: tokens["shop"], token_type: "Bearer", expires_in: 86_400 }),
    "/auth/roles": () => roles,
  };

  return {
    clock: { now: () => start * 1000 + elapsed + slept, monotonic: () => elapsed },
    async fetch(input, init) {
      const { pathname } = new URL(String(input));
      if (pathname !== "/auth/revocations") return Response.json(answers[pathname]?.());
      const after = new Headers(init?.headers).get("last-event-id");
      return new Promise((answer) => {
        asked = { after, answer };
      });
    },
    async take(step) {
      if (step.do === "publish") published = step.keys;
      else if (step.do === "roles") roles = step.answer;
      else if (step.do === "wait") elapsed += step.ms;
      else if (step.do === "sleep") slept += step.ms;
      else if (step.do === "send") await line?.send(step.text);
      else if (step.do === "cut") line?.cut();
      else if (step.do === "left") await until(() => line?.left === true);
      else {
        await until(() => asked !== undefined);
        assert.ok(step.after.includes(asked?.after ?? null), `the reader asks for what is after ${asked?.after}`);
        line = openLine();
        asked?.answer(line.response);
        asked = undefined;
      }
    },
  };
}
