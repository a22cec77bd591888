import { createHmac, timingSafeEqual } from "node:crypto";
import { parseCompactJws } from "../token/jws/compact-jws.ts";
import { notThis, type ProvenClaims, readProvenClaims } from "./proven-claims.ts";

/** A parsed request MAC. Do not trust its claims before `isBy` has returned true. */
export interface RequestMac extends ProvenClaims {
  /** Which of the user's keys it was made with: the platform's number. */
  readonly version: number;
  /** Was it made with this key? Takes the same time for every wrong one. */
  isBy(key: string): boolean;
}

/** Longer ones are refused unread. One of ours has some 500 characters. */
const LONGEST = 4096;
const TYPE = "hufu-mac+jwt";
const ALGORITHM = "HS256";
const VERSION = /^(?:0|[1-9]\d{0,14})$/;

/**
 * Reads the value of a `Hufu-Mac` header: one compact JWS of type `hufu-mac+jwt`, HS256, whose `kid` is the version of the
 * key. The HMAC key is the text of WeChat's `encrypt_key` as it stands, as with its session_key.
 * @throws HufuError `mac_invalid`
 */
export function readRequestMac(text: string): RequestMac {
  if (text.length > LONGEST) throw notThis("mac_invalid", "longer than 4 KiB");
  const { header, payload, signingInput, signature } = parseCompactJws(text, "mac_invalid");
  const { typ, alg, kid } = header;
  if (typ !== TYPE) throw notThis("mac_invalid", "typ");
  if (alg !== ALGORITHM) throw notThis("mac_invalid", "alg");
  if (typeof kid !== "string" || !VERSION.test(kid)) throw notThis("mac_invalid", "kid is no version of a key");
  return Object.freeze({
    version: Number(kid),
    ...readProvenClaims(payload, "mac_invalid"),
    isBy(key: string): boolean {
      const mac = createHmac("sha256", key).update(signingInput).digest();
      return mac.length === signature.length && timingSafeEqual(mac, signature);
    },
  });
}
