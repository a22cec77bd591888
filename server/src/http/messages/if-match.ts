import { createHash } from "node:crypto";
import { HufuError } from "../../core/errors/errors.ts";
import type { Call } from "./call.ts";

/** An entity tag of what is shown (RFC 9110 §8.8.3), without its quotes. */
export function tagOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 22);
}

/**
 * The tags of `If-Match`, without their quotes; `undefined` for `*`. A weak tag matches nothing, as RFC 9110 §13.1.1 has it.
 * @throws HufuError `precondition_required` without the header
 */
export function requiredIfMatch(call: Call): readonly string[] | undefined {
  const header = call.header("if-match");
  if (header === undefined) throw new HufuError("precondition_required");
  if (header.trim() === "*") return undefined;
  return header.split(",").flatMap((one) => /^"([\x21\x23-\x7e]{1,64})"$/.exec(one.trim())?.[1] ?? []);
}

/** Does `If-None-Match` name this tag? Then nothing is sent again (RFC 9110 §13.1.2). */
export function isKnownTag(call: Call, tag: string): boolean {
  const header = call.header("if-none-match");
  if (header === undefined) return false;
  return header.split(",").some((one) => {
    const given = one.trim();
    return given === "*" || given === `"${tag}"` || given === `W/"${tag}"`;
  });
}
