import type { Http } from "../network/http-exchange.ts";
import type { CodeSource } from "./code-source.ts";

/** What the platform gives this phone's user to encrypt and sign with. */
export interface UserKey {
  readonly encryptKey: string;
  readonly iv: string;
  readonly version: number;
  readonly expireTime: number;
}

/** The newest key of this phone's user. Rejects if the source of keys is not what it should be. */
export type FetchUserKey = () => Promise<UserKey>;

interface KeyGiver {
  userKey(whose: { readonly appId: string; readonly user: string }): UserKey;
}

/** The simulated WeChat has the keys; a function that gives codes alone has none. */
export function createFetchUserKey(
  source: CodeSource,
  whose: { readonly appId: string; readonly user: string },
  http: Http,
): FetchUserKey | undefined {
  if (typeof source === "function") return undefined;
  if (typeof source === "object") return isGiver(source) ? async () => source.userKey(whose) : undefined;
  const base = new URL(source);
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/_simulator/user-keys`, base);
  return async () => {
    const body = Buffer.from(JSON.stringify(whose));
    const { answer } = http.send({ url, method: "POST", headers: { "content-type": "application/json" }, body });
    const { status, body: bytes } = await answer;
    const text = bytes.toString("utf8");
    if (status !== 200) throw new Error(`the simulated WeChat answered ${status}: ${text}`);
    return JSON.parse(text) as UserKey;
  };
}

function isGiver(source: object): source is KeyGiver {
  return "userKey" in source;
}
