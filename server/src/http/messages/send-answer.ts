import type { ServerResponse } from "node:http";
import type { Answer, StreamedAnswer } from "./call.ts";

/** A reader that takes nothing for so long counts as gone, even if its connection is open. */
const STALLED_MS = 30_000;

/** Writes an answer to a response of `node:http`, unless something else has answered already. */
export function sendAnswer(response: ServerResponse, answer: Answer | StreamedAnswer): void {
  if ("stream" in answer) {
    // Nothing in it rejects but the stream itself, and its reader sees that as an end.
    void sendStream(response, answer).catch(() => response.destroy());
    return;
  }
  if (response.headersSent) return;
  const { status, headers, body } = answer;
  // All headers at once: those that were set before would each be checked and kept one by one.
  response.writeHead(status, body === null ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body ?? undefined);
}

async function sendStream(response: ServerResponse, { status, headers, stream }: StreamedAnswer): Promise<void> {
  if (response.headersSent || response.destroyed) {
    stream.close();
    return;
  }
  response.once("close", stream.close);
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.writeHead(status, headers);
  response.flushHeaders();
  for await (const chunk of stream.chunks) {
    if (!response.write(chunk)) await drained(response);
    if (response.destroyed) return;
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
