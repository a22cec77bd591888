import { isAscii, isUtf8 } from "node:buffer";

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper nesting is refused, so that walking a value cannot exhaust the stack. */
const MAX_DEPTH = 32;

/** With the `u` flag a pair is one character, so that only halves match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Neither `null` nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Bytes → JSON object, where all readers of these bytes must agree on what they say: valid UTF-8 without a byte order
 * mark, no lone surrogates (not by escapes either), no member name twice in one object, at most 32 levels.
 * `undefined` if anything of that does not hold. Numbers are as JSON.parse reads them; check their range.
 * @see RFC 8725 §3.7, RFC 7515 §4
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  // Valid UTF-8 holds no surrogates, so only escapes can bring one in.
  const kept = countMembers(value, text.includes("\\u"), MAX_DEPTH);
  return kept === countWrittenMembers(bytes) ? value : undefined;
}

/** The bytes as UTF-8, or `undefined` if they are not. Most payloads are ASCII, which costs less to read. */
function textOf(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(bytes)) return buffer.toString("latin1");
  return isUtf8(bytes) ? buffer.toString("utf8") : undefined;
}

/** How many members survived parsing, at all levels; NaN if the value is too deep or some text is not well-formed. */
function countMembers(value: object, escapes: boolean, levels: number): number {
  if (levels === 0) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countWithin(item, escapes, levels);
    return count;
  }
  const members = value as JsonObject;
  // `for in` is several times as fast as Object.keys; a polluted prototype would only lead to a refusal.
  for (const name in members) {
    if (escapes && LONE_SURROGATE.test(name)) return Number.NaN;
    count += 1 + countWithin(members[name], escapes, levels);
  }
  return count;
}

function countWithin(value: unknown, escapes: boolean, levels: number): number {
  if (typeof value === "object" && value !== null) return countMembers(value, escapes, levels - 1);
  return escapes && typeof value === "string" && LONE_SURROGATE.test(value) ? Number.NaN : 0;
}

/**
 * How many members the text spells out: the colons outside of strings. The bytes are known to be valid JSON in UTF-8,
 * where a quote, a colon or a backslash is never part of another character; a loop over bytes costs half of one over
 * characters.
 */
function countWrittenMembers(bytes: Uint8Array): number {
  let count = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at++];
    if (byte === COLON) count++;
    else if (byte === QUOTE) at = afterString(bytes, at);
  }
  return count;
}

function afterString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at++]; byte !== QUOTE && byte !== undefined; byte = bytes[at++]) {
    if (byte === BACKSLASH) at++;
  }
  return at;
}
