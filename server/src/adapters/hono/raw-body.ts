import type { Context } from "hono";
import { requestBytes } from "../../http/messages/request-call.ts";
import { RAW_BODY_MOST } from "../guard.ts";

/** Bodies that were read here already: two guards may stand before one handler. */
const read = new WeakMap<Request, Promise<Uint8Array>>();

/**
 * Can the bytes of the body still be had as they came?
 * @throws TypeError if something has read them
 */
export function assertUnread(c: Context): void {
  if (!c.req.raw.bodyUsed) return;
  throw new TypeError(
    'guard: body: "digest" needs the body as it came, and something has read it. Put the guard before validators and ' +
      "whatever calls c.req.json()",
  );
}

/**
 * The body's bytes. The request gets them again, so that handlers behind the guard find them.
 * @throws HufuError `body_too_large`, `parameter_invalid` if the body breaks off
 */
export async function rawBody(c: Context): Promise<Uint8Array> {
  const { raw } = c.req;
  const known = read.get(raw);
  if (known !== undefined) return known;
  const bytes = await requestBytes(raw, RAW_BODY_MOST);
  if (raw.body !== null) c.req.raw = new Request(raw, { body: bytes });
  read.set(c.req.raw, Promise.resolve(bytes));
  return bytes;
}
