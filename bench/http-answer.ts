/** An answer that has arrived whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Reads one answer of HTTP/1.1 off the beginning of what has arrived; `undefined` while some of it is still missing.
 * Servers on loopback only: a length or chunks, and nothing may follow the answer.
 * @throws Error for what is no such answer
 */
export function readAnswer(received: string): HttpAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  if (!received.startsWith("HTTP/1.1 ")) throw new Error("no answer of HTTP/1.1");
  const status = Number(received.slice(9, 12));
  const head = received.slice(0, end);
  const from = end + 4;
  const length = contentLength(head);
  if (length === undefined) {
    if (!/\r\ntransfer-encoding: chunked/i.test(head)) throw new Error("neither a length nor chunks");
    return received.endsWith("\r\n0\r\n\r\n") ? { status, body: received.slice(from) } : undefined;
  }
  if (received.length > from + length) throw new Error("more than one answer");
  return received.length === from + length ? { status, body: received.slice(from) } : undefined;
}

function contentLength(head: string): number | undefined {
  // The two spellings that servers here use come first, because a search without case costs more than the rest together.
  let at = head.indexOf("\r\ncontent-length: ");
  if (at === -1) at = head.indexOf("\r\nContent-Length: ");
  return at === -1 ? undefined : Number.parseInt(head.slice(at + 18), 10);
}
