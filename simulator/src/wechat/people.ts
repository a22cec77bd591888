import { fromBase64url, toBase64url } from "../base64url.ts";
import type { KnownApp } from "./apps.ts";
import { digest, isStamped, stamp } from "./stamp.ts";

const MAX_NAME_LENGTH = 128;
const MAX_HIGH_RISK = 10_000;

/** A user within an app. */
export interface Person {
  readonly appId: string;
  readonly user: string;
  /** 28 characters, `o…`; another one in every app. */
  readonly openid: string;
  /** 28 characters, `o…`; only if the app is bound to an Open Platform account. */
  readonly unionid: string | undefined;
}

/** Users have names; what the platform calls them follows from the name, so that a restart changes nothing. */
export interface People {
  /** @throws TypeError if the name is empty or longer than 128 characters */
  meet(app: KnownApp, user: string): Person;
  /** Is this an openid that users of this app have? */
  isOpenid(appId: string, openid: string): boolean;
  isHighRisk(user: string): boolean;
  /** @throws TypeError on a bad name, or if 10,000 users are marked already */
  setHighRisk(user: string, highRisk: boolean): void;
}

const openidLabel = (appId: string) => `openid of ${appId}`;

/** @throws TypeError if this is no name */
export function checkName(user: string): void {
  if (user === "" || user.length > MAX_NAME_LENGTH) throw new TypeError("user: a name is 1 to 128 characters long");
}

export function createPeople(): People {
  const highRisk = new Set<string>();
  return Object.freeze({
    meet(app: KnownApp, user: string) {
      checkName(user);
      const { appId, unionAccount } = app;
      const openid = `o${toBase64url(stamp(openidLabel(appId), digest(14, "openid", appId, user)))}`;
      const unionid =
        unionAccount === undefined ? undefined : `o${toBase64url(digest(20, "unionid", unionAccount, user))}`;
      return { appId, user, openid, unionid };
    },
    isOpenid(appId: string, openid: string) {
      if (openid.length !== 28 || !openid.startsWith("o")) return false;
      const bytes = fromBase64url(openid.slice(1));
      return bytes !== undefined && isStamped(openidLabel(appId), bytes);
    },
    isHighRisk: (user: string) => highRisk.has(user),
    setHighRisk(user: string, risky: boolean) {
      checkName(user);
      if (!risky) {
        highRisk.delete(user);
        return;
      }
      if (highRisk.size >= MAX_HIGH_RISK) throw new TypeError("highRisk: 10,000 users are marked already");
      highRisk.add(user);
    },
  });
}
