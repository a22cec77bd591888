import { toBase64url } from "../../core/base64url.ts";
import { type Caller, USER } from "../../core/caller.ts";
import { type Random, systemRandom } from "../../core/random.ts";

/** The caller of an HTTP request, made once where the request comes in. */
export interface RequestCaller extends Caller {
  readonly requestId: string;
}

/** What a log line and an audit record can hold. */
const SHAPE = /^[A-Za-z0-9_-]{1,64}$/;
const BYTES = 12;

/**
 * An id of our own for a request: the caller's may be missing, repeated or chosen to mislead. Support types it behind
 * `hufu users find`, so it never begins like an option.
 */
export function newRequestId(random: Random = systemRandom): string {
  return toBase64url(random(BYTES)).replace(/^-/, "0");
}

/** @param theirId the caller's `X-Request-Id`; dropped if it has no harmless form */
export function requestCaller(
  theirId: string | undefined,
  address: string | undefined,
  random: Random = systemRandom,
): RequestCaller {
  const theirRequestId = theirId !== undefined && SHAPE.test(theirId) ? theirId : undefined;
  return { by: USER.by, requestId: newRequestId(random), theirRequestId, address };
}
