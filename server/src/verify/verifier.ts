import type { AnyClaims, Auth } from "./auth.ts";
import { readAuthorization } from "./credentials.ts";
import type { TokenCheck } from "./token-check.ts";

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
  /** Resolves when tokens can be checked; rejects with a HufuError if the issuer cannot be reached. */
  ready(): Promise<void>;
  /** Stops asking the issuer for anything. What is known already still counts. */
  close(): void;
}

/** A token check with the header in front of it. */
export function verifierOf<Claims>(
  tokens: Pick<TokenCheck<Claims>, "check">,
  life: Pick<Verifier<Claims>, "ready" | "close">,
): Verifier<Claims> {
  return Object.freeze({
    check(authorization: string | undefined): Auth<Claims> | Promise<Auth<Claims>> {
      const { scheme, token } = readAuthorization(authorization);
      return tokens.check(token, scheme);
    },
    checkToken: (token: string) => tokens.check(token),
    ready: life.ready,
    close: life.close,
  });
}
