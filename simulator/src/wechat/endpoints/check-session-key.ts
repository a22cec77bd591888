import { createHmac } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Errcode } from "../errcodes.ts";
import type { AccessTokens } from "../issued/access-tokens.ts";
import type { SessionKeys } from "../issued/session-keys.ts";
import { createMinuteQuota } from "../minute-quota.ts";
import type { People } from "../people.ts";
import type { Call, Endpoint } from "./endpoint.ts";

const RESETS_PER_MINUTE = 60_000;

/** What the calls draw on. */
export interface SessionKeyParts {
  readonly tokens: AccessTokens;
  readonly people: People;
  readonly sessionKeys: SessionKeys;
}

/** Who proved to hold the valid key, or the refusal. Parameters count in the query alone. */
export function provenOwner(
  { tokens, people, sessionKeys }: SessionKeyParts,
  { query }: Call,
): { appId: string; openid: string } | Errcode {
  const appId = tokens.check(query.get("access_token"));
  if (typeof appId === "number") return appId;
  const openid = query.get("openid") ?? "";
  if (!people.isOpenid(appId, openid)) return 40003;
  if (query.get("sig_method") !== "hmac_sha256") return 87008;
  const key = sessionKeys.current(openid);
  if (key === undefined) return 87007;
  // The HMAC key is the base64 text as it stands, not the 16 bytes behind it; the message is empty.
  const expected = createHmac("sha256", key).digest("hex");
  return query.get("signature")?.toLowerCase() === expected ? { appId, openid } : 87009;
}

/** `GET /wxa/checksession`: is this the user's valid session_key? */
export function createCheckSessionKey(parts: SessionKeyParts): Endpoint {
  return (call) => {
    const owner = provenOwner(parts, call);
    return typeof owner === "number" ? owner : { errcode: 0, errmsg: "ok" };
  };
}

/** `GET /wxa/resetusersessionkey`: a new session_key with the end of the old one, which dies; 60,000 calls an app and minute. */
export function createResetSessionKey(parts: SessionKeyParts, clock: Clock): Endpoint {
  const quota = createMinuteQuota(clock, RESETS_PER_MINUTE);
  return (call) => {
    const owner = provenOwner(parts, call);
    if (typeof owner === "number") return owner;
    if (!quota(owner.appId)) return 45011;
    const session_key = parts.sessionKeys.reset(owner.openid);
    return session_key === undefined ? 87007 : { errcode: 0, errmsg: "ok", openid: owner.openid, session_key };
  };
}
