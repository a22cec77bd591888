import type { AccessTokens } from "../issued/access-tokens.ts";
import type { SoterKeys } from "../issued/soter-keys.ts";
import type { People } from "../people.ts";
import { type Endpoint, parseJsonObject } from "./endpoint.ts";

/** What the call draws on. */
export interface VerifySoterParts {
  readonly tokens: AccessTokens;
  readonly people: People;
  readonly keys: SoterKeys;
}

/** `POST /cgi-bin/soter/verify_signature`: did a phone of this user sign this text? What the text says is not looked at. */
export function createVerifySoterSignature({ tokens, people, keys }: VerifySoterParts): Endpoint {
  return ({ method, query, body }) => {
    if (method !== "POST") return 43002;
    const appId = tokens.check(query.get("access_token"));
    if (typeof appId === "number") return appId;
    const { openid, json_string: json, json_signature: signature } = parseJsonObject(body) ?? {};
    if (typeof openid !== "string" || !people.isOpenid(appId, openid)) return 40003;
    if (typeof json !== "string" || typeof signature !== "string") return 47001;
    return { errcode: 0, errmsg: "ok", is_ok: keys.verify(openid, json, signature) };
  };
}
