import { HufuError } from "../../core/errors/errors.ts";
import type { Body, Call } from "./call.ts";

/** The parameters of a form that are not empty. */
export interface Form {
  /** An empty parameter counts as absent. */
  get(name: string): string | undefined;
}

/** Largest form, in bytes. */
export const LARGEST_FORM = 16_384;

const TYPE = "application/x-www-form-urlencoded";
const TYPE_WITH_CHARSET = /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*(?:charset=(?:utf-8|"utf-8")[ \t]*)?)?$/i;
const SHOWN_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * Reads a form strictly (docs/protocol.md §3): nothing is taken from the URL, no parameter may come twice.
 * @throws HufuError `content_type_unsupported`, `body_too_large`, `parameter_repeated`, `parameter_invalid`
 * @see RFC 6749 §3.2
 */
export async function readForm(call: Call): Promise<Form> {
  const type = call.header("content-type");
  if (type !== TYPE && (type === undefined || !TYPE_WITH_CHARSET.test(type))) {
    throw new HufuError("content_type_unsupported");
  }
  return parseForm(await call.readBody(LARGEST_FORM));
}

/** @throws HufuError `parameter_repeated`, `parameter_invalid`, `body_too_large` */
export function parseForm(body: Body): Form {
  const values = typeof body === "string" ? parseText(body) : takeParsed(body);
  return { get: (name: string) => values.get(name) || undefined };
}

function parseText(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf("&", from);
    const to = found === -1 ? text.length : found;
    if (to > from) {
      const equals = text.indexOf("=", from);
      const nameEnd = equals === -1 || equals > to ? to : equals;
      const name = decode(text.slice(from, nameEnd));
      if (values.has(name)) throw repeated(name);
      values.set(name, decode(text.slice(nameEnd + 1, to)));
    }
    from = to + 1;
  }
  return values;
}

/** A body parser in front of us makes lists of what came twice, and objects of names with brackets, which we ignore. */
function takeParsed(parsed: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let size = 0;
  for (const [name, value] of Object.entries(parsed)) {
    if (Array.isArray(value)) throw repeated(name);
    if (typeof value !== "string") continue;
    size += name.length + value.length;
    if (size > LARGEST_FORM) throw new HufuError("body_too_large");
    // Where the parser met bytes that are not UTF-8 it leaves this mark, as `parseText` would have refused them.
    if (value.includes("\ufffd")) throw new HufuError("parameter_invalid", shownName(name));
    values.set(name, value);
  }
  return values;
}

function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new HufuError("parameter_invalid", { detail: "percent-encoding", cause });
  }
}

function repeated(name: string): HufuError {
  return new HufuError("parameter_repeated", shownName(name));
}

/** Names come from outside: only what is surely harmless goes into a description. */
function shownName(name: string): { readonly parameter?: string } {
  return SHOWN_NAME.test(name) ? { parameter: name } : {};
}
