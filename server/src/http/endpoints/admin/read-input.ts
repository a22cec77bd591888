import { REASON_MOST } from "../../../core/arguments.ts";
import { HufuError } from "../../../core/errors/errors.ts";
import { isWellFormed } from "../../../core/well-formed.ts";
import type { PageQuery } from "../../../session/administration/page.ts";
import type { JsonObject } from "../../../token/jws/strict-json.ts";
import type { Call } from "../../messages/call.ts";
import { type Form, parseForm } from "../../messages/form.ts";
import { readJson } from "../../messages/json-body.ts";

export const CURSOR_MOST = 512;
const EMPTY_MOST = 1024;

/**
 * The body, which may have these members and no other: a misspelled `until` must not ban for good.
 * @throws HufuError as `readJson`
 */
export async function membersOf<Name extends string>(
  call: Call,
  names: readonly Name[],
  most?: number,
): Promise<Readonly<Partial<Record<Name, unknown>>>> {
  const body: JsonObject = await readJson(call, most);
  const unknown = Object.keys(body).some((name) => !names.some((known) => known === name));
  if (unknown) throw new HufuError("parameter_invalid", { detail: "the body has an unknown member" });
  return body as Readonly<Partial<Record<Name, unknown>>>;
}

/** Nothing follows the `?`: what would narrow a change must not be overlooked. @throws HufuError `parameter_invalid` */
export function refuseQuery(call: Call): void {
  if (call.query !== "") throw new HufuError("parameter_invalid", { detail: "this call takes no query" });
}

/** No body, or one without members. @throws HufuError `parameter_invalid`, `body_too_large` */
export async function refuseBody(call: Call): Promise<void> {
  const body = await call.readBody(EMPTY_MOST);
  const isEmpty = typeof body === "string" ? /^\s*(?:\{\s*\})?\s*$/.test(body) : Object.keys(body).length === 0;
  if (!isEmpty) throw new HufuError("parameter_invalid", { detail: "this call takes no body" });
}

/** @throws HufuError `parameter_invalid` for anything but text of 1 to `most` characters */
export function textIn(name: string, value: unknown, most: number): string {
  if (value === undefined) throw new HufuError("parameter_missing", { parameter: name });
  if (typeof value === "string" && value !== "" && value.length <= most && isWellFormed(value)) return value;
  throw new HufuError("parameter_invalid", { parameter: name });
}

/** Why, for the audit log. @throws HufuError `parameter_missing`, `parameter_invalid` */
export function reasonIn(value: unknown): string {
  const reason = textIn("reason", value, REASON_MOST);
  if (reason.trim() === "") throw new HufuError("parameter_invalid", { parameter: "reason" });
  return reason;
}

/** @throws HufuError `parameter_missing`; `parameter_invalid` for anything but a list of at most `most` texts that fit */
export function listIn(
  name: string,
  value: unknown,
  most: number,
  fits: (text: string) => boolean = () => true,
): readonly string[] {
  if (value === undefined) throw new HufuError("parameter_missing", { parameter: name });
  const items: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const texts = items.filter((item): item is string => typeof item === "string" && fits(item));
  if (items.length > most || texts.length !== items.length)
    throw new HufuError("parameter_invalid", { parameter: name });
  return [...new Set(texts)];
}

/**
 * What follows the `?`, which may have these names, and `cursor` and `limit`: a filter that is not known must not count
 * as one that let everything through.
 * @throws HufuError `parameter_invalid`, `parameter_repeated`
 */
export function queryOf(call: Call, names: readonly string[] = []): PageQuery & { readonly form: Form } {
  const known = ["cursor", "limit", ...names];
  for (const part of call.query.split("&")) {
    const name = part.split("=", 1)[0] ?? "";
    if (part !== "" && !known.includes(name)) {
      throw new HufuError("parameter_invalid", { detail: "the query has an unknown parameter" });
    }
  }
  const form = parseForm(call.query);
  const [cursor, limit] = [form.get("cursor"), form.get("limit")];
  if (cursor !== undefined && cursor.length > CURSOR_MOST) {
    throw new HufuError("parameter_invalid", { parameter: "cursor" });
  }
  if (limit !== undefined && !/^[1-9]\d{0,2}$/.test(limit)) {
    throw new HufuError("parameter_invalid", { parameter: "limit" });
  }
  return { form, cursor, limit: limit === undefined ? undefined : Number(limit) };
}
