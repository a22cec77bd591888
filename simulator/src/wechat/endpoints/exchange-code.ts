import type { Apps } from "../apps.ts";
import type { Codes } from "../issued/codes.ts";
import type { SessionKeys } from "../issued/session-keys.ts";
import type { MinuteQuota } from "../minute-quota.ts";
import type { People, Person } from "../people.ts";
import type { Endpoint } from "./endpoint.ts";

/** What the exchange draws on. */
export interface ExchangeCodeParts {
  readonly apps: Apps;
  readonly people: People;
  readonly codes: Codes<Person>;
  readonly sessionKeys: SessionKeys;
  /** Calls per openid. */
  readonly quota: MinuteQuota;
  /** Who stands behind codes from elsewhere; without it they are invalid. */
  readonly unknownUser: string | undefined;
}

/** `GET /sns/jscode2session`: a login code in, openid and session_key out; success carries no errcode. */
export function createExchangeCode(parts: ExchangeCodeParts): Endpoint {
  const { apps, people, codes, sessionKeys, quota, unknownUser } = parts;
  return ({ method, query }) => {
    // The platform does not say "wrong method": it acts as though a POST had no query.
    if (method !== "GET") return 41002;
    const app = apps.authenticate(query.get("appid"), query.get("secret"));
    if (typeof app === "number") return app;
    const code = query.get("js_code") ?? "";
    if (code === "") return 41008;
    if (query.get("grant_type") !== "authorization_code") return 40002;

    const adopt = (user: string) => () => {
      const person = people.meet(app, user);
      sessionKeys.codeIssued(person.openid);
      return person;
    };
    const held = codes.find(code, unknownUser === undefined ? undefined : adopt(unknownUser));
    if (held === undefined || held.facts.appId !== app.appId) return 40029;
    const { user, openid, unionid } = held.facts;
    if (!quota(openid)) return 45011;
    if (held.used) return 40163;
    held.used = true;
    if (people.isHighRisk(user)) return 40226;
    const session_key = sessionKeys.currentOrNew(openid);
    return unionid === undefined ? { session_key, openid } : { session_key, openid, unionid };
  };
}
