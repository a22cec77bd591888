import type { JsonObject } from "../../token/jws/strict-json.ts";
import { printableText } from "../output/printable.ts";
import { instantInWords } from "../output/time-in-words.ts";

/** What each claim is, in the words of docs/design.md §3. */
const NAMES: readonly (readonly [claim: string, words: string])[] = [
  ["iss", "issuer"],
  ["aud", "audience"],
  ["sub", "subject"],
  ["uid", "external id"],
  ["client_id", "client"],
  ["sid", "session"],
  ["openid", "openid"],
  ["jti", "token id"],
  ["roles", "roles"],
  ["permissions", "permissions"],
  ["ver", "user's version"],
  ["pol", "policy version"],
  ["acr", "confirmed by"],
];
const TIMES: readonly (readonly [claim: string, words: string])[] = [
  ["auth_time", "signed in"],
  ["iat", "issued"],
  ["nbf", "valid from"],
  ["exp", "expires"],
];

/** Claims as lines for a person. */
export function describeClaims(claims: JsonObject, now: number): string {
  const lines: string[] = [];
  const add = (words: string, value: string) => lines.push(`  ${words.padEnd(15)} ${value}\n`);
  for (const [claim, words] of NAMES) {
    const value = claims[claim];
    if (value !== undefined) add(words, valueInWords(claim, value));
  }
  for (const [claim, words] of TIMES) {
    const value = claims[claim];
    if (typeof value === "number") add(words, instantInWords(value * 1000, now));
    else if (value !== undefined) add(words, "no number");
  }
  return lines.join("");
}

function valueInWords(claim: string, value: unknown): string {
  const text = Array.isArray(value)
    ? value.map(String).join(" ")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
  const shown = printableText(text === "" ? "(none)" : text);
  if (claim !== "sub") return shown;
  return text.startsWith("client:") ? `${shown} (a back end)` : text.startsWith("u_") ? `${shown} (a user)` : shown;
}
