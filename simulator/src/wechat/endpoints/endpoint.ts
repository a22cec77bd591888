import type { Errcode } from "../errcodes.ts";

/** One call of a simulated path. */
export interface Call {
  readonly method: string;
  readonly query: URLSearchParams;
  /** The body as text; empty for GET. */
  readonly body: string;
}

/** A number is a refusal; an object is the body as it stands. */
export type Answer = Errcode | Readonly<Record<string, unknown>>;

/** What one path does: all of its work happens before it returns. */
export type Endpoint = (call: Call) => Answer;

/** The body as a JSON object, or `undefined` if it is anything else. */
export function parseJsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}
