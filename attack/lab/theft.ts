import { type Finding, finding } from "./attack.ts";
import type { Target } from "./target.ts";

const TEN_MINUTES = 600_000;
/** The owner goes on for so many refreshes after the theft. */
const REFRESHES = 12;
const STOLEN_AFTER = 3;

/** What the attacker holds and may do. */
export interface Theft {
  /** The refresh token that was copied from the owner's storage. */
  readonly stolen: string;
  /** The attempt id that the owner had saved for its next refresh. */
  readonly pendingAttempt: string;
  /** Presents a token; remembers the newest one that came back. */
  use(token: string, attempt?: string): Promise<string | undefined>;
  /** The newest token that the attacker got, at first the stolen one. */
  newest(): string;
}

/** What an attacker does around the owner's refreshes. */
export interface Attacker {
  /** Right after the theft. */
  readonly start?: (theft: Theft) => Promise<unknown>;
  readonly beforeOwner?: (theft: Theft) => Promise<unknown>;
  readonly afterOwner?: (theft: Theft) => Promise<unknown>;
  /** How long the owner stays away after the theft, in milliseconds; the attacker acts every ten minutes. */
  readonly away?: number;
  readonly whileAway?: (theft: Theft) => Promise<unknown>;
  /** How long the owner waits between the theft and the next refresh. Default: ten minutes. */
  readonly pause?: number;
}

/**
 * A refresh token is stolen after the third refresh of its owner. The owner goes on, and signs in anew when refused.
 * At the end no token of the attacker may work.
 */
export async function steal(target: Target, attacker: Attacker): Promise<Finding> {
  let owner = (await target.signIn("alice")).refresh;
  let attempts = 0;
  const nextAttempt = (): string => `attempt-of-the-owner-${String(attempts).padStart(4, "0")}`;
  const refreshOwner = async (): Promise<void> => {
    const { json, status } = await target.renew(owner, { attempt_id: nextAttempt() });
    attempts += 1;
    const next = json["refresh_token"] ?? json["refresh"];
    if (status === 200) owner = String(next);
    else owner = (await target.signIn("alice")).refresh;
  };
  for (let count = 0; count < STOLEN_AFTER; count += 1) {
    await target.pass(TEN_MINUTES);
    await refreshOwner();
  }

  const stolen = owner;
  let newest = stolen;
  const theft: Theft = {
    stolen,
    pendingAttempt: nextAttempt(),
    async use(token, attempt) {
      const { json, status } = await target.renew(token, attempt === undefined ? {} : { attempt_id: attempt });
      const next = json["refresh_token"] ?? json["refresh"];
      if (status !== 200 || typeof next !== "string") return undefined;
      newest = next;
      return next;
    },
    newest: () => newest,
  };
  await attacker.start?.(theft);
  for (let away = 0; away < (attacker.away ?? 0); away += TEN_MINUTES) {
    await target.pass(TEN_MINUTES);
    await attacker.whileAway?.(theft);
  }
  for (let count = 0; count < REFRESHES; count += 1) {
    await target.pass(count === 0 ? (attacker.pause ?? TEN_MINUTES) : TEN_MINUTES);
    await attacker.beforeOwner?.(theft);
    await refreshOwner();
    await attacker.afterOwner?.(theft);
  }
  const last = await target.renew(newest, { attempt_id: "attempt-of-the-attacker-at-the-end" });
  return finding(last.status !== 200, "the attacker still refreshes after the owner's twelfth refresh");
}

let attackersAttempts = 0;

/** An attempt id that the attacker makes up. */
export function attackersAttempt(): string {
  attackersAttempts += 1;
  return `attempt-of-attacker-${String(attackersAttempts).padStart(6, "0")}`;
}
