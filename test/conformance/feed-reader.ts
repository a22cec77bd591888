import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";

/** One server-sent event, its data read as JSON. */
export interface Told {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Monotonic ms at which it arrived. */
  readonly at: number;
}

export interface OpenFeed {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Everything so far, in order. */
  readonly told: readonly Told[];
  /** The first event that fits, told already or to come. */
  find(fits: (told: Told) => boolean, withinMs?: number): Promise<Told>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens the feed as an EventSource would. */
export function openFeed(
  issuer: string,
  headers: Readonly<Record<string, string>>,
  query: string = "",
): Promise<OpenFeed> {
  return new Promise((resolve, reject) => {
    const asking = request(
      `${issuer}/revocations${query}`,
      { headers: { accept: "text/event-stream", ...headers }, agent: false },
      (response) => {
        const told: Told[] = [];
        const waiting = new Set<() => void>();
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          const blocks = text.split("\n\n");
          text = blocks.pop() ?? "";
          told.push(...blocks.map(readBlock));
          for (const look of waiting) look();
        });
        const ended = new Promise<void>((done) => {
          response.once("close", done);
          response.once("error", () => done());
        });
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          told,
          ended,
          close: () => asking.destroy(),
          find: (fits, withinMs = 20_000) =>
            new Promise((found, missed) => {
              const look = (): void => {
                const one = told.find(fits);
                if (one === undefined) return;
                waiting.delete(look);
                clearTimeout(late);
                found(one);
              };
              const late = setTimeout(() => {
                waiting.delete(look);
                missed(new Error(`not told within ${withinMs} ms; told: ${JSON.stringify(told)}`));
              }, withinMs);
              waiting.add(look);
              look();
            }),
        });
      },
    );
    asking.on("error", reject);
    asking.end();
  });
}

function readBlock(block: string): Told {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(": ");
      assert.ok(colon > 0, `no field: ${line}`);
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data: unknown = JSON.parse(fields.get("data") ?? "");
  assert.ok(typeof data === "object" && data !== null);
  return { id: fields.get("id"), event: fields.get("event") ?? "", data: { ...data }, at: performance.now() };
}
