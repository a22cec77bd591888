import { type Clock, toSeconds } from "../clock.ts";
import type { Random } from "../random.ts";

/** The numbers by which WeChat's calls refuse. All of them travel with HTTP 200. */
export type Errcode =
  | -1
  | 40001
  | 40002
  | 40003
  | 40013
  | 40014
  | 40029
  | 40125
  | 40163
  | 40226
  | 41002
  | 41004
  | 41008
  | 42001
  | 43002
  | 45009
  | 45011
  | 47001
  | 87007
  | 87008
  | 87009;

const ERRMSGS: Readonly<Record<Errcode, string>> = {
  [-1]: "system error",
  40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40013: "invalid appid",
  40014: "invalid access_token",
  40029: "invalid code",
  40125: "invalid appsecret",
  40163: "code been used",
  40226: "code blocked",
  41002: "appid missing",
  41004: "appsecret missing",
  41008: "missing code",
  42001: "access_token expired",
  43002: "require POST method",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, must slower, retry next minute",
  47001: "data format error",
  87007: "session_key is not existd or expired",
  87008: "invalid sig_method",
  87009: "invalid signature",
};

/** What a refusal looks like in a body. */
export interface ErrorBody {
  readonly errcode: number;
  readonly errmsg: string;
}

/** Number → body; `text` replaces the usual words. Every `errmsg` ends in another `rid`, so that nobody can match on it. */
export type MakeErrorBody = (errcode: number, text?: string) => ErrorBody;

export function createErrorBodies(clock: Clock, random: Random): MakeErrorBody {
  const usual = new Map<number, string>(Object.entries(ERRMSGS).map(([code, text]) => [Number(code), text]));
  return (errcode, text = usual.get(errcode) ?? "error") => {
    const rid = [
      toSeconds(clock.now()).toString(16).padStart(8, "0"),
      random(4).toString("hex"),
      random(4).toString("hex"),
    ];
    return { errcode, errmsg: `${text}, rid: ${rid.join("-")}` };
  };
}
