import { HufuError } from "../../core/errors/errors.ts";
import { isJsonObject, type JsonObject, parseStrictObject } from "../../token/jws/strict-json.ts";
import type { Call } from "./call.ts";

/** Largest JSON body where an endpoint says nothing else, in bytes. */
const LARGEST_JSON = 16_384;

const TYPE = /^application\/json[ \t]*(?:;[ \t]*(?:charset=(?:utf-8|"utf-8")[ \t]*)?)?$/i;

/**
 * Reads a body that must be a JSON object: UTF-8, no member name twice.
 * @throws HufuError `content_type_unsupported`, `body_too_large`, `parameter_invalid`
 */
export async function readJson(call: Call, most = LARGEST_JSON): Promise<JsonObject> {
  if (!TYPE.test(call.header("content-type") ?? "")) throw new HufuError("content_type_unsupported");
  const body = await call.readBody(most);
  // What a body parser in front of us has made of it is taken as it is.
  const value = typeof body === "string" ? parseStrictObject(Buffer.from(body, "utf8")) : body;
  if (isJsonObject(value)) return value;
  throw new HufuError("parameter_invalid", { detail: "the body is no JSON object" });
}

/**
 * A member that must be text.
 * @throws HufuError `parameter_missing`, `parameter_invalid`
 */
export function textMember(body: JsonObject, name: string, most: number): string {
  const value = body[name];
  if (value === undefined || value === "") throw new HufuError("parameter_missing", { parameter: name });
  if (typeof value !== "string" || value.length > most) throw new HufuError("parameter_invalid", { parameter: name });
  return value;
}

/**
 * A member that must be an object.
 * @throws HufuError `parameter_missing`, `parameter_invalid`
 */
export function objectMember(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  if (value === undefined) throw new HufuError("parameter_missing", { parameter: name });
  if (!isJsonObject(value)) throw new HufuError("parameter_invalid", { parameter: name });
  return value;
}
