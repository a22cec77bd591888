import { type Clock, toSeconds } from "../../clock.ts";
import type { Apps } from "../apps.ts";
import type { AccessTokens } from "../issued/access-tokens.ts";
import type { Codes } from "../issued/codes.ts";
import type { People } from "../people.ts";
import { type Endpoint, parseJsonObject } from "./endpoint.ts";

/** What a phone code stands for. */
export interface PhoneFacts {
  readonly appId: string;
  readonly openid: string;
  /** Digits, without the country. */
  readonly number: string;
  /** Digits, `"86"` at home. */
  readonly countryCode: string;
}

/** @throws TypeError if this is no phone number or no country code */
export function checkPhoneNumber(number: string, countryCode: string): void {
  if (!/^\d{4,15}$/.test(number)) throw new TypeError("number: 4 to 15 digits, without the country");
  if (!/^[1-9]\d{0,3}$/.test(countryCode)) throw new TypeError("countryCode: 1 to 4 digits");
}

/** What the call draws on. */
export interface ReadPhoneNumberParts {
  readonly clock: Clock;
  readonly apps: Apps;
  readonly people: People;
  readonly tokens: AccessTokens;
  readonly codes: Codes<PhoneFacts>;
  /** Who stands behind codes from elsewhere; without it they are invalid. */
  readonly unknown: { readonly user: string; readonly number: string } | undefined;
}

function phoneInfo({ number, countryCode }: PhoneFacts): Readonly<Record<string, unknown>> {
  // The documentation's table says string, its sample says number: callers must take both, so they get both.
  return countryCode === "86"
    ? { phoneNumber: number, purePhoneNumber: number, countryCode: 86 }
    : { phoneNumber: `${countryCode}${number}`, purePhoneNumber: number, countryCode };
}

/** `POST /wxa/business/getuserphonenumber`: a phone code in, the number out. */
export function createReadPhoneNumber(parts: ReadPhoneNumberParts): Endpoint {
  const { clock, apps, people, tokens, codes, unknown } = parts;
  return ({ method, query, body }) => {
    if (method !== "POST") return 43002;
    const appId = tokens.check(query.get("access_token"));
    if (typeof appId === "number") return appId;
    const fields = body === "" ? {} : parseJsonObject(body);
    if (fields === undefined) return 47001;
    const { code, openid } = fields;
    if (typeof code !== "string") return 40029;

    const adopt =
      ({ user, number }: NonNullable<typeof unknown>) =>
      () => ({
        appId,
        openid: people.meet(apps.find(appId), user).openid,
        number,
        countryCode: "86",
      });
    const held = codes.find(code, unknown === undefined ? undefined : adopt(unknown));
    if (held === undefined || held.used) return 40029;
    if (held.facts.appId !== appId) return 40013;
    if (openid !== undefined && openid !== held.facts.openid) return 40029;
    held.used = true;
    const watermark = { timestamp: toSeconds(clock.now()), appid: appId };
    return { errcode: 0, errmsg: "ok", phone_info: { ...phoneInfo(held.facts), watermark } };
  };
}
