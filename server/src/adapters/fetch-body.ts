import { requestBytes } from "../http/messages/request-call.ts";
import { RAW_BODY_MOST } from "./guard.ts";

/** Bodies that were read here already: two guards may stand before one handler. */
const read = new WeakMap<Request, Uint8Array>();

/**
 * Can the bytes of the body still be had as they came?
 * @throws TypeError if something has read them
 */
export function assertUnread(request: Request): void {
  if (!request.bodyUsed) return;
  throw new TypeError(
    'guard: body: "digest" needs the body as it came, and something has read it. Put the guard before validators and ' +
      "whatever calls request.json()",
  );
}

/**
 * The body's bytes, and a request whose body is still unread, for handlers behind the guard.
 * @throws HufuError `body_too_large`, `parameter_invalid` if the body breaks off
 */
export async function readAgain(request: Request): Promise<{ readonly bytes: Uint8Array; readonly unread: Request }> {
  const known = read.get(request);
  if (known !== undefined) return { bytes: known, unread: request };
  const bytes = await requestBytes(request, RAW_BODY_MOST);
  const unread = request.body === null ? request : new Request(request, { body: bytes });
  read.set(unread, bytes);
  return { bytes, unread };
}
