import type { Clock } from "../../clock.ts";
import type { Apps } from "../apps.ts";
import type { AccessTokens } from "../issued/access-tokens.ts";
import { createMinuteQuota } from "../minute-quota.ts";
import { type Endpoint, parseJsonObject } from "./endpoint.ts";

const CALLS_PER_MINUTE = 10_000;

/** `GET /cgi-bin/token`: every call mints, and ends the token before in five minutes. */
export function createIssueToken(apps: Apps, tokens: AccessTokens): Endpoint {
  return ({ query }) => {
    if (query.get("grant_type") !== "client_credential") return 40002;
    const app = apps.authenticate(query.get("appid"), query.get("secret"));
    return typeof app === "number" ? app : tokens.renew(app.appId);
  };
}

/** `POST /cgi-bin/stable_token`: the same token for everybody until shortly before its end; 10,000 calls an app and minute. */
export function createIssueStableToken(apps: Apps, tokens: AccessTokens, clock: Clock): Endpoint {
  const quota = createMinuteQuota(clock, CALLS_PER_MINUTE);
  return ({ method, body }) => {
    const fields = method === "POST" ? parseJsonObject(body) : undefined;
    if (fields === undefined) return 43002;
    if (fields["grant_type"] !== "client_credential") return 40002;
    const app = apps.authenticate(fields["appid"], fields["secret"]);
    if (typeof app === "number") return app;
    if (!quota(app.appId)) return 45011;
    return tokens.stable(app.appId, fields["force_refresh"] === true);
  };
}
