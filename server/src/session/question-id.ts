import { createHash } from "node:crypto";
import { lengthPrefixed } from "../core/length-prefixed.ts";

const ID_BYTES = 16;

/**
 * The name of a question to `resolveUser`: the same for every repetition of the same occasion, so that a back end can
 * answer again as it did. Says nothing of what it is made from.
 * @param occasion what asks, and what tells this occasion from others of its kind
 */
export function questionId(...occasion: readonly [kind: "sign-in" | "stale" | "phone", ...parts: string[]]): string {
  const hash = createHash("sha256")
    .update(lengthPrefixed("resolveUser", ...occasion))
    .digest();
  return `resolve_${hash.subarray(0, ID_BYTES).toString("base64url")}`;
}
