import type { HufuError } from "../core/errors.ts";
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

/** What a guard asks. Holds keys and what was revoked; answers at once wherever nothing has to be waited for. */
export interface Verifier<Claims = AnyClaims> {
  /**
   * Who sent this `Authorization` header? A refusal is thrown, or rejects where something had to be waited for:
   * `await` covers both.
   * @param authorization the header as it came; `undefined` if there was none
   * @throws HufuError as docs/protocol.md §5 lists
   */
  check(authorization: string | undefined): Auth<Claims> | Promise<Auth<Claims>>;
  /** The same for a bare token, such as a WebSocket's first message carries. It counts as presented as Bearer. */
  checkToken(token: string): Auth<Claims> | Promise<Auth<Claims>>;
  /**
   * Calls `onEnd` once when what `auth` stands for ends: its session, token, user or key is revoked, the user's roles
   * change, or the token expires (then within a second). For connections that outlive the request that opened them.
   * @returns stops watching; call it when the connection is closed
   * @throws TypeError for an `auth` that this verifier has not given out
   */
  watch(auth: Auth<Claims>, onEnd: (refusal: HufuError) => void): () => void;
  /**
   * Milliseconds since what this verifier knows was last confirmed; `undefined` before that, and where it follows no
   * feed. In the server's own process: since the database was last read.
   */
  feedAge(): number | undefined;
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
  life: Pick<Verifier<Claims>, "watch" | "feedAge" | "ready" | "health" | "close">,
): Verifier<Claims> {
  return Object.freeze({
    check(authorization: string | undefined): Auth<Claims> | Promise<Auth<Claims>> {
      const { scheme, token } = readAuthorization(authorization);
      return tokens.check(token, scheme);
    },
    checkToken: (token: string) => tokens.check(token),
    watch: life.watch,
    feedAge: life.feedAge,
    ready: life.ready,
    health: life.health,
    close: life.close,
  });
}
