import type { UserKeys } from "../issued/user-keys.ts";
import { provenOwner, type SessionKeyParts } from "./check-session-key.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * `POST /wxa/business/getuserencryptkey`: the newest three keys of the user whose session_key signed. All parameters stand
 * in the query; any body at all makes the signature a wrong one.
 */
export function createReadUserKeys(parts: SessionKeyParts & { readonly userKeys: UserKeys }): Endpoint {
  return (call) => {
    if (call.method !== "POST") return 43002;
    const owner = provenOwner(parts, call);
    if (typeof owner === "number") return owner;
    if (call.body !== "") return 87009;
    return { errcode: 0, errmsg: "ok", key_info_list: parts.userKeys.list(owner.openid) };
  };
}
