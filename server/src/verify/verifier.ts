import { checkSecretText } from "../core/arguments.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { Meter } from "../core/meter/meter.ts";
import type { MacCheck } from "../proof/mac-check.ts";
import type { ProofCheck } from "../proof/proof-check.ts";
import type { AnyClaims, Auth } from "./token-check/auth.ts";
import { readAuthorization } from "./token-check/credentials.ts";
import type { TokenCheck } from "./token-check/token-check.ts";

/** The state of a verifier. */
export interface VerifierHealth {
  /** It has keys, and what it knows about revocations is not too old. A wrong clock alone leaves it ready. */
  readonly ready: boolean;
  /** `keys`, `revocations`, `clock`: each `ok`, or what is wrong. */
  readonly checks: Readonly<Record<"keys" | "revocations" | "clock", string>>;
}

/** What a guard knows of a request whose credentials are bound to a key (RFC 9449), or that carries a MAC. */
export interface PresentedProof {
  /** As it came: methods compare by case. */
  readonly method: string;
  /** Path and query as the client sent them, from the root of the public address. */
  readonly target: string;
  /** The whole public address, where it is known otherwise than by the verifier's own. */
  readonly uri?: string;
  /** The value of the `DPoP` header; several are joined by a comma, and then refused. */
  readonly proof: string | undefined;
  /** The value of the `Hufu-Mac` header; asked only where the guard wants a request MAC. */
  readonly mac?: string | undefined;
  /**
   * Reads the body as it came, before any parser. Where this is given, the proof or the MAC must carry
   * the RFC 9530 digest of these bytes as `content_digest`.
   */
  readonly body?: (() => Promise<Uint8Array>) | undefined;
  /** Takes the nonce for the `DPoP-Nonce` header of the answer. */
  offerNonce?(nonce: string): void;
  /** Takes the nonce for the `Hufu-Mac-Nonce` header of the answer. */
  offerMacNonce?(nonce: string): void;
}

/** How proofs and request MACs are checked, and the public address that they must name. */
export interface GuardProofs {
  readonly proofs: ProofCheck;
  /** Only where the platform can be asked for users' keys. */
  readonly macs?: MacCheck;
  /** Such as `https://api.example.com`, without a slash at the end. */
  readonly publicUrl: string;
}

/** What a guard asks. Holds keys and what was revoked; answers at once wherever nothing has to be waited for. */
export interface Verifier<Claims = AnyClaims> {
  /**
   * Who sent this `Authorization` header? A refusal is thrown, or rejects where something had to be waited for:
   * `await` covers both.
   * @param authorization the header as it came; `undefined` if there was none
   * @param presented asked only for credentials that are bound to a key
   * @throws HufuError as docs/protocol.md §5 lists
   */
  check(authorization: string | undefined, presented?: () => PresentedProof): Auth<Claims> | Promise<Auth<Claims>>;
  /**
   * The same, and the request must carry a MAC by the platform's key of the user. Only the server's own process has it,
   * because only the server can ask the platform for the key.
   * @throws HufuError also `mac_missing`, `mac_invalid`, `mac_nonce`, `mac_replayed`, `session_key_stale`
   */
  readonly checkWithMac?: (authorization: string | undefined, presented: () => PresentedProof) => Promise<Auth<Claims>>;
  /** The same for a bare token, such as a WebSocket's first message carries. It counts as presented as Bearer. */
  checkToken(token: string): Auth<Claims> | Promise<Auth<Claims>>;
  /**
   * Calls `onEnd` once when what `auth` stands for ends: its session, token, user or key is revoked, the user's roles
   * change, or the token expires (then within a second). For connections that outlive the request that opened them.
   * What `onEnd` throws, or rejects with, is logged as an error.
   * @returns stops watching; call it when the connection is closed
   * @throws TypeError for an `auth` that this verifier has not given out
   */
  watch(auth: Auth<Claims>, onEnd: (refusal: HufuError) => unknown): () => void;
  /**
   * Milliseconds since what this verifier knows was last confirmed; `undefined` before that, and where it follows no
   * feed. In the server's own process: since the database was last read.
   */
  feedAge(): number | undefined;
  /** Where its guards report; absent without metrics. */
  readonly meter?: Meter;
  /** Resolves when tokens can be checked; rejects with a HufuError if the issuer cannot be reached. */
  ready(): Promise<void>;
  /** Can this verifier do its work at this moment, and if not, why? For the health check of the back end that it is in. */
  health(): VerifierHealth;
  /**
   * Stops asking the issuer for anything, and watching. What is known already still counts, for as long as being out of
   * touch is allowed.
   */
  close(): void;
}

/** A token check with the header in front of it. */
export function verifierOf<Claims>(
  tokens: Pick<TokenCheck<Claims>, "check">,
  life: Pick<Verifier<Claims>, "watch" | "feedAge" | "meter" | "ready" | "health" | "close">,
  guardProofs?: GuardProofs,
): Verifier<Claims> {
  async function proven(token: string, present: (() => PresentedProof) | undefined): Promise<Auth<Claims>> {
    const { jkt } = await tokens.check(token, "DPoP");
    if (present === undefined || guardProofs === undefined) {
      throw new HufuError("proof_missing", {
        detail: "this guard was not given the request, so it can check no proof",
      });
    }
    const { proofs, publicUrl } = guardProofs;
    const { method, target, uri = `${publicUrl}${target}`, proof, body, offerNonce } = present();
    const { nextNonce } = await proofs.accept(proof, { method, uri, accessToken: token, jkt, body });
    if (nextNonce !== undefined) offerNonce?.(nextNonce);
    // The store was asked meanwhile, and the session may have ended.
    return tokens.check(token, "DPoP");
  }

  function check(
    authorization: string | undefined,
    present?: () => PresentedProof,
  ): Auth<Claims> | Promise<Auth<Claims>> {
    if (authorization !== undefined) checkSecretText("authorization", authorization);
    const { scheme, token } = readAuthorization(authorization);
    return scheme === "Bearer" ? tokens.check(token, scheme) : proven(token, present);
  }

  function checkingMacs(macs: MacCheck, publicUrl: string): NonNullable<Verifier<Claims>["checkWithMac"]> {
    return async (authorization, shown) => {
      const present = once(shown);
      const { sid } = await check(authorization, present);
      if (sid === undefined) throw new HufuError("mac_missing", { detail: "a back end has no key of a user" });
      const { scheme, token } = readAuthorization(authorization);
      const { method, target, uri = `${publicUrl}${target}`, mac, body, offerMacNonce } = present();
      const nextNonce = await macs.accept(mac, { method, uri, accessToken: token, sid, body });
      if (nextNonce !== undefined) offerMacNonce?.(nextNonce);
      // Store and platform were asked meanwhile, and the session may have ended.
      return tokens.check(token, scheme);
    };
  }

  return Object.freeze({
    check,
    ...(guardProofs?.macs && { checkWithMac: checkingMacs(guardProofs.macs, guardProofs.publicUrl) }),
    checkToken: (token: string) => tokens.check(checkSecretText("token", token)),
    watch: life.watch,
    feedAge: life.feedAge,
    ...(life.meter && { meter: life.meter }),
    ready: life.ready,
    health: life.health,
    close: life.close,
  });
}

/** A request may have a proof and a MAC; its body is read once all the same. */
function once(present: () => PresentedProof): () => PresentedProof {
  let shown: PresentedProof | undefined;
  return () => {
    shown ??= readingOnce(present());
    return shown;
  };
}

function readingOnce(presented: PresentedProof): PresentedProof {
  const { body } = presented;
  if (body === undefined) return presented;
  let reading: Promise<Uint8Array> | undefined;
  return {
    ...presented,
    body() {
      reading ??= body();
      return reading;
    },
  };
}
