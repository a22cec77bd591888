import { inOtherWords, reasonOf } from "../proof/answers.ts";
import { encodedJson, toBase64url, toUtf8 } from "../proof/bytes.ts";
import { originOf } from "../proof/guarded-call.ts";
import type { Tries } from "../proof/later-call.ts";
import type { RequestClaims } from "../proof/request-claims.ts";
import type { CallKind, PlatformCall } from "../runtime/runtime.ts";
import { hmacSha256 } from "./hmac.ts";
import type { SignedRoutes } from "./signed-routes.ts";
import type { StaleSession } from "./stale-session.ts";
import type { UserKey, UserKeys } from "./user-key.ts";

/** What the calls of one client share. */
export interface MacParts {
  readonly keys: UserKeys;
  readonly requests: RequestClaims;
  readonly routes: SignedRoutes;
  readonly stale: StaleSession;
}

/** Refusals after which there is another try. */
const PASSING = /^mac_(missing|nonce|invalid)$/;

/** A call with the user's token, and with a MAC where a guard wants one. To the core it looks like any other. */
export function macCall(kind: CallKind, call: PlatformCall, token: string, parts: MacParts): Tries {
  const { keys, requests, routes, stale } = parts;
  const origin = originOf(call.url);
  let signedWith: UserKey | undefined;
  let isRenewed = false;

  return {
    async before() {
      signedWith = routes.have(call) ? await keys.latest() : undefined;
      // Without a key the guard says what it lacks.
      return signedWith ? signed(call, signedWith, requests.about(kind, call, origin, token)) : call;
    },
    async after(answer, isLast) {
      requests.heard(origin, answer.header);
      if (answer.statusCode !== 401) return answer;
      const reason = reasonOf(answer);
      if (reason === "mac_missing" && !signedWith) {
        routes.add(call);
        // An old base library: the user may not do this here, and waiting does not help.
        if (!keys.areOffered) return inOtherWords(answer, 403, reason);
        return !isLast && (await keys.latest()) ? undefined : inOtherWords(answer, 503, reason);
      }
      if (reason === "mac_nonce") return isLast ? inOtherWords(answer, 503, reason) : undefined;
      if (reason === "mac_invalid" && signedWith && !isRenewed && !isLast) {
        isRenewed = true;
        keys.drop(signedWith);
        return undefined;
      }
      // The platform itself has sent the request twice, and the first one may have been carried out.
      if (reason === "mac_replayed") throw { errMsg: `${kind}:fail interrupted` };
      return reason === "session_key_stale" && stale.leave() ? inOtherWords(answer, 401, "token_revoked") : answer;
    },
    isPassing: (answer) => answer.statusCode === 401 && PASSING.test(reasonOf(answer)),
  };
}

/** @see docs/protocol.md §5 */
function signed(
  call: PlatformCall,
  { version, text }: UserKey,
  { data, claims }: ReturnType<RequestClaims["about"]>,
): PlatformCall {
  const input = `${encodedJson({ typ: "hufu-mac+jwt", alg: "HS256", kid: version })}.${encodedJson(claims)}`;
  const mac = toBase64url(hmacSha256(toUtf8(text), toUtf8(input)));
  return Object.assign({}, call, { data, header: Object.assign({}, call.header, { "Hufu-Mac": `${input}.${mac}` }) });
}
