import { hash } from "@stablelib/sha256";
import { headerOf } from "../runtime/platform-answer.ts";
import type { CallKind, PlatformAnswer, PlatformCall } from "../runtime/runtime.ts";
import { createServerClock } from "../token-endpoint/server-clock.ts";
import { digestBody } from "./body-digest.ts";
import { toBase64url, toUtf8 } from "./bytes.ts";

/** What a proof says of a call, and a request MAC too. @see RFC 9449 §4.2 */
export interface ProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Epoch seconds. */
  readonly iat: number;
  readonly nonce: string | undefined;
  readonly ath: string | undefined;
  /** RFC 9530, a claim of Hufu's own. */
  readonly content_digest: string | undefined;
}

/** A call as it is sent, and what is said of it. */
export interface ClaimedCall {
  readonly data: unknown;
  readonly claims: ProofClaims;
}

/** Says of calls what a server compares with what arrives. */
export interface RequestClaims {
  /** @param audience whose nonce it carries: an origin, or the token endpoint */
  about(kind: CallKind, call: PlatformCall, audience: string, token: string | undefined): ClaimedCall;
  /** Keeps the newest nonce of an audience, and learns the server's time. */
  heard(audience: string, header: PlatformAnswer["header"]): void;
}

const AUDIENCES_MOST = 99;

/**
 * @param nonceHeader in lower case
 * @param chance 0 ≤ x < 1; tells the claims of different runs apart
 */
export function createRequestClaims(nonceHeader: string, now: () => number, chance: () => number): RequestClaims {
  const nonces = new Map<string, string>();
  const clock = createServerClock(now);
  const run = `${now().toString(36)}-${chance().toString(36).slice(2)}${chance().toString(36).slice(2)}`;
  let count = 0;
  let hashed: readonly [token: string, ath: string] = ["", ""];

  function ath(token: string): string {
    if (hashed[0] !== token) hashed = [token, toBase64url(hash(toUtf8(token)))];
    return hashed[1];
  }

  return {
    about(kind, call, audience, token) {
      const { data, digest } = kind === "request" ? digestBody(call) : { data: call.data, digest: undefined };
      count += 1;
      const claims = {
        jti: `${run}-${count}`,
        htm: kind === "upload" ? "POST" : kind === "download" ? "GET" : call.method || "GET",
        htu: call.url.replace(/[?#].*$/, ""),
        iat: Math.floor(clock.now() / 1000),
        nonce: nonces.get(audience),
        ath: token === undefined ? undefined : ath(token),
        // The token endpoint's form needs none.
        content_digest: token === undefined ? undefined : digest,
      };
      return { data, claims };
    },
    heard(audience, header) {
      clock.learn(headerOf(header, "date"));
      const nonce = headerOf(header, nonceHeader);
      if (!nonce) return;
      if (nonces.size > AUDIENCES_MOST) nonces.clear();
      nonces.set(audience, nonce);
    },
  };
}
