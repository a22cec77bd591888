import { HufuError } from "../../core/errors/errors.ts";
import { isWellFormed } from "../../core/well-formed.ts";

/** Deeper values are refused, as strict JSON refuses them. */
const MAX_DEPTH = 32;
/** Longest spelling, in characters. */
const MAX_LENGTH = 16_384;

/**
 * The one spelling of a JSON value: members sorted by their UTF-16 code units, no white space, numbers and text as
 * ECMAScript writes them. Two values have the same spelling exactly if they say the same.
 * @param name of the value, for errors
 * @throws HufuError `parameter_invalid` for what JSON can say and its readers may not agree on: half a character, NUL, an
 * integer beyond 2^53 − 1 written in digits, more than 32 levels or 16,384 characters
 * @throws TypeError for what JSON cannot say: `undefined`, a Date, NaN
 * @see RFC 8785, RFC 7493 (I-JSON)
 */
export function canonicalJson(value: unknown, name = "value"): string {
  const text = spell(value, name, MAX_DEPTH);
  if (text.length > MAX_LENGTH) throw refused(name, `longer than ${MAX_LENGTH} characters`);
  return text;
}

function spell(value: unknown, name: string, levels: number): string {
  if (typeof value === "string") return spellText(value, name);
  if (typeof value === "number") return spellNumber(value, name);
  if (typeof value === "boolean" || value === null) return String(value);
  if (levels === 0) throw refused(name, `more than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => spell(item, name, levels - 1)).join(",")}]`;
  if (!isPlainObject(value)) throw new TypeError(`${name}: expected what JSON can say, got ${typeof value}`);
  // The default order of `sort` is the one that the RFC asks for.
  const members = Object.keys(value)
    .sort()
    .map((key) => `${spellText(key, name)}:${spell(value[key], name, levels - 1)}`);
  return `{${members.join(",")}}`;
}

function spellText(text: string, name: string): string {
  if (!isWellFormed(text)) throw refused(name, "text with NUL or half of a character");
  return JSON.stringify(text);
}

/** The ids of two orders, 19 digits long, could be the same double: such integers belong into text. */
function spellNumber(value: number, name: string): string {
  // What came as 1e400.
  if (Math.abs(value) === Number.POSITIVE_INFINITY) throw refused(name, "a number beyond a double");
  if (Number.isNaN(value)) throw new TypeError(`${name}: expected what JSON can say, got NaN`);
  const text = JSON.stringify(value);
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text)) {
    throw refused(name, "an integer beyond 2^53 - 1");
  }
  return text;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refused(parameter: string, what: string): HufuError {
  return new HufuError("parameter_invalid", { parameter, detail: `${parameter}: ${what}` });
}
