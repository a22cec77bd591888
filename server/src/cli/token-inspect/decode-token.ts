import { fromBase64url } from "../../core/base64url.ts";
import { isJsonObject, type JsonObject } from "../../token/jws/strict-json.ts";

/** What a text that should be an access token says, as far as it can be read; and why it can be read no further. */
export interface DecodedToken {
  readonly header: JsonObject | undefined;
  readonly claims: JsonObject | undefined;
  /** Is there anything in the place of the signature? */
  readonly isSigned: boolean;
  /** In plain words; nothing of the token is quoted. */
  readonly faults: readonly string[];
}

/** Reads leniently what `parseAccessToken` reads strictly, so that a person sees what a machine refused. */
export function decodeToken(token: string): DecodedToken {
  const parts = token.split(".");
  const [headerPart = "", claimsPart = "", signature = ""] = parts;
  const faults: string[] = [];
  if (parts.length === 5) faults.push("It has five parts: that is an encrypted token (JWE), and Hufu makes none.");
  else if (parts.length !== 3) {
    const count = parts.length === 1 ? "one part" : `${parts.length} parts`;
    faults.push(`It has ${count}; a token has three, with a dot between them. Was it copied whole?`);
  }
  if (parts.length !== 3) return { header: undefined, claims: undefined, isSigned: false, faults };
  const header = readPart(headerPart, "header", faults);
  const claims = readPart(claimsPart, "payload", faults);
  if (signature !== "" && fromBase64url(signature) === undefined) {
    faults.push("Its signature is not canonical base64url: it was changed or not copied whole.");
  }
  return { header, claims, isSigned: signature !== "", faults };
}

function readPart(part: string, name: string, faults: string[]): JsonObject | undefined {
  if (part === "") {
    faults.push(`Its ${name} is empty.`);
    return undefined;
  }
  if (fromBase64url(part) === undefined) faults.push(`Its ${name} is not canonical base64url.`);
  const value = parse(Buffer.from(part, "base64url").toString("utf8"));
  if (isJsonObject(value)) return value;
  faults.push(`Its ${name} is not a JSON object.`);
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
