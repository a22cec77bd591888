import type { Answer } from "./http.ts";
import type { Capability, Target } from "./target.ts";

/** What an attack found that is not one HTTP answer: a leak, a changed row, a request that took the server down. */
export interface Finding {
  readonly held: boolean;
  readonly detail: string;
}

/** One way to misuse a back end. */
export interface Attack {
  /** What the attacker does, in the present tense. */
  readonly title: string;
  /**
   * What Hufu must answer: a status and a reason, such as `401 token_signature`. `none` for an attack that is judged by
   * a finding.
   */
  readonly refusal: `${number} ${string}` | `${number}` | "none";
  /** The incident in docs/reference/threats.md, if the attack repeats one. */
  readonly incident?: number;
  /** What a back end needs so that the attack makes sense. */
  readonly needs?: readonly Capability[];
  /** Attacks. Every answer must be the refusal; every finding must have held. */
  run(target: Target): Promise<Answer | Finding | readonly (Answer | Finding)[]>;
}

/** `held` is good news: the attacker got nothing. */
export function finding(held: boolean, detail: string): Finding {
  return { held, detail };
}

/** Types the module and returns it. */
export function defineAttack(attack: Attack): Attack {
  return Object.freeze(attack);
}
