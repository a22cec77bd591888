import { assertWellFormed } from "./well-formed.ts";

/** Longest external id, in characters, and longest reason for the audit log. */
export const EXTERNAL_ID_MOST = 128;
export const REASON_MOST = 500;

const SHOWN = 40;
/** Half of a character: with the flag `u`, whole pairs do not match. */
const HALF_CHARACTER = /\p{Cs}/gu;

/** What was given, for an error text: its kind, and its value where that is short. Never for a secret or a token. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "string") {
    const shown = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
    return `the string ${JSON.stringify(shown.replace(HALF_CHARACTER, "\ufffd"))}`;
  }
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  return kindOf(value);
}

/** The kind of a value, for an error text about something that must not be shown. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

/** A programmer's mistake: names the argument, what it must be and what it was. */
export function mistaken(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${name}: expected ${wanted}, got ${describeValue(value)}`);
}

/**
 * Well-formed text of 1 to `most` characters.
 * @throws TypeError that names the argument and what was got
 * @throws HufuError `parameter_invalid` for text with NUL or half a character: it may come from a client's input
 */
export function checkText(name: string, value: unknown, most: number): string {
  if (typeof value !== "string" || value === "" || value.length > most) {
    throw mistaken(name, `text of 1 to ${most} characters`, value);
  }
  assertWellFormed(value, name.slice(name.lastIndexOf(".") + 1));
  return value;
}

/**
 * A token, a code or a secret: any text. It is never shown.
 * @throws TypeError that names the argument and the kind of what was got
 */
export function checkSecretText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name}: expected a string, got ${kindOf(value)}`);
}

/**
 * An object with no other members than these.
 * @throws TypeError that names the argument, or the member that is unknown
 */
export function checkMembers(
  name: string,
  value: unknown,
  members: readonly string[],
): Readonly<Record<string, unknown>> {
  const object = checkObject(name, value, `{ ${members.join(", ")} }`);
  for (const member of Object.keys(object)) {
    if (!members.includes(member)) {
      throw new TypeError(`${name}.${member}: there is no such member; there are ${members.join(", ")}`);
    }
  }
  return object;
}

/** @throws TypeError that names the argument and what was got */
export function checkObject(name: string, value: unknown, wanted = "an object"): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw mistaken(name, wanted === "an object" ? wanted : `an object ${wanted}`, value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
