import { type MacRequest, requestMac } from "../../server/src/proof/mac-client.fixture.ts";
import type { Members } from "../../server/src/proof/proof-client.fixture.ts";
import type { Answer } from "./http.ts";
import type { Target } from "./target.ts";

/** What the owner of a session sends. */
export const COUPON = '{"coupon": 7, "to": "alice"}';

/** A session of alice, and what her phone adds to a request that needs a MAC. */
export interface SignedSession {
  readonly access: string;
  /** WeChat's key of alice. */
  readonly key: MacRequest["key"];
  /** The public address that a MAC for this path must name. */
  uri(path: string): string;
  /** A fresh nonce. */
  nonce(): Promise<string>;
  /** A MAC as alice's phone makes it, for `POST /coupons` unless it is asked for otherwise. */
  mac(given?: Partial<MacRequest>, changes?: { readonly header?: Members; readonly claims?: Members }): Promise<string>;
  /** `POST /coupons` with this MAC. */
  send(mac: string | undefined, body?: string): Promise<Answer>;
}

/** Signs alice in, on a phone that has WeChat's key. */
export async function signed(target: Target): Promise<SignedSession> {
  if (target.userKey === undefined) throw new Error("the lab has no keys of users");
  // The server asks WeChat once a second for a user, and another attack may have made it ask.
  await target.pass(1000);
  const { access } = await target.signIn("alice");
  const key = target.userKey("alice");
  const send: SignedSession["send"] = (mac, body = COUPON) => {
    const headers = { authorization: `Bearer ${access}`, "content-type": "application/json" };
    return target.ask("/coupons", mac === undefined ? headers : { ...headers, "hufu-mac": mac }, {
      method: "POST",
      body,
    });
  };
  const uri = (path: string): string => `${target.url}${path}`;
  const nonce = async (): Promise<string> => (await send(undefined)).headers.get("hufu-mac-nonce") ?? "";
  return {
    access,
    key,
    uri,
    nonce,
    send,
    mac: async (given = {}, changes = {}) =>
      requestMac(
        { uri: uri("/coupons"), accessToken: access, key, body: COUPON, nonce: await nonce(), ...given },
        changes,
      ),
  };
}
