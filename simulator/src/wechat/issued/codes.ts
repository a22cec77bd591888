import { fromBase64url, toBase64url } from "../../base64url.ts";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { createBoundedMap } from "../bounded-map.ts";
import { isStamped, stamp } from "../stamp.ts";

const LIFE_MS = 5 * 60_000;
const MAX_CODES = 100_000;
const MAX_FOREIGN_LENGTH = 512;
const KINDS = ["login", "phone"] as const;

/** `wx.login` and the phone-number button give different codes. */
export type CodeKind = (typeof KINDS)[number];

/** A code that may still be spoken of: younger than five minutes. */
export interface HeldCode<Facts> {
  readonly facts: Facts;
  used: boolean;
}

/** Single-use codes of one kind, forgotten after five minutes; at most 100,000 are held, the oldest go first. */
export interface Codes<Facts> {
  /** A new code of 32 characters. */
  issue(facts: Facts): string;
  /**
   * The code, used or not, or `undefined` if it never was or has expired.
   * @param adopt gives a code from elsewhere its facts; without it such codes are unknown. They do not expire.
   */
  find(code: string, adopt?: () => Facts): HeldCode<Facts> | undefined;
  readonly size: number;
}

/** An expired code is told from one that somebody else issued, although it was forgotten. */
function isOurs(code: string): boolean {
  const bytes = fromBase64url(code);
  return bytes !== undefined && KINDS.some((kind) => isStamped(`${kind} code`, bytes));
}

export function createCodes<Facts>(kind: CodeKind, clock: Clock, random: Random): Codes<Facts> {
  const issued = createBoundedMap<string, HeldCode<Facts> & { readonly expiresAt: number }>(MAX_CODES);
  const adopted = createBoundedMap<string, HeldCode<Facts>>(MAX_CODES);

  function forgetExpired(now: number): void {
    for (let eldest = issued.oldest(); eldest !== undefined && eldest[1].expiresAt <= now; eldest = issued.oldest()) {
      issued.delete(eldest[0]);
    }
  }

  return Object.freeze({
    issue(facts: Facts) {
      const now = clock.now();
      forgetExpired(now);
      const code = toBase64url(stamp(`${kind} code`, random(18)));
      issued.set(code, { facts, used: false, expiresAt: now + LIFE_MS });
      return code;
    },
    find(code: string, adopt?: () => Facts) {
      const held = issued.get(code);
      if (held !== undefined) return clock.now() < held.expiresAt ? held : undefined;
      if (adopt === undefined || code.length > MAX_FOREIGN_LENGTH || isOurs(code)) return undefined;
      const known = adopted.get(code);
      if (known !== undefined) return known;
      const fresh = { facts: adopt(), used: false };
      adopted.set(code, fresh);
      return fresh;
    },
    get size() {
      return issued.size + adopted.size;
    },
  });
}
