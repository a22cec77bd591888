import { toBase64url } from "../../core/base64url.ts";
import { type Random, systemRandom } from "../../core/random.ts";

const SHAPE = /^[A-Za-z0-9_-]{1,64}$/;
const BYTES = 12;

/** The caller's own `X-Request-Id` if it can stand in a log line, else one of ours. */
export function requestIdOf(header: string | undefined, random: Random = systemRandom): string {
  if (header !== undefined && SHAPE.test(header)) return header;
  return toBase64url(random(BYTES));
}
