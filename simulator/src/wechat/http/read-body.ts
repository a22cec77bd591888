import type { IncomingMessage } from "node:http";

const MAX_BODY_BYTES = 64 * 1024;

/** The body as text, or `undefined` if it is longer than 64 KiB. Rejects if the caller goes away first. */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("error", reject);
    request.on("close", () => reject(new Error("the caller went away")));
  });
}
