import type { Attack, Finding } from "./attack.ts";
import type { Answer } from "./http.ts";
import type { Target } from "./target.ts";

/** What became of one attack on one target. */
export type Outcome = "refused" | "let through" | "does not apply";

export interface Result {
  readonly outcome: Outcome;
  /** What was seen, if the attack got through or the refusal was another one. */
  readonly detail: string;
  /** Only Hufu is held to the reason; of the others any refusal is good. */
  readonly asNamed: boolean;
}

/** Runs one attack on one target. Never rejects: a fault of the target counts as let through. */
export async function runAttack(attack: Attack, target: Target): Promise<Result> {
  if ((attack.needs ?? []).some((need) => !target.capabilities.has(need))) {
    return { outcome: "does not apply", detail: "", asNamed: true };
  }
  try {
    const seen = [await attack.run(target)].flat();
    if (seen.length === 0) throw new TypeError("the attack saw no answer");
    return judgeAnswers(attack, target.name, seen);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: "let through", detail: `the attack ended with ${detail}`, asNamed: false };
  }
}

/** Decides what a list of answers and findings means for one target. */
export function judgeAnswers(attack: Attack, target: Target["name"], seen: readonly (Answer | Finding)[]): Result {
  const wrong = seen.flatMap((each) => ("held" in each ? brokenFinding(each) : gotIn(each)));
  if (wrong.length > 0) return { outcome: "let through", detail: wrong.join("; "), asNamed: false };
  if (target !== "hufu") return { outcome: "refused", detail: "", asNamed: true };
  const others = seen
    .flatMap((each) => ("held" in each ? [] : [nameOf(each)]))
    .filter((name) => !isNamed(name, attack.refusal));
  return { outcome: "refused", detail: others.join("; "), asNamed: others.length === 0 };
}

function brokenFinding({ held, detail }: Finding): string[] {
  return held ? [] : [detail];
}

/** An answer of success gave the attacker something; a 500 means that an attacker can break the server. */
function gotIn(answer: Answer): string[] {
  if (answer.status < 400 || answer.status === 500) return [`${answer.status} ${answer.text.slice(0, 120)}`];
  return [];
}

/** An answer as `401 token_signature`, or its status alone. */
function nameOf({ status, json }: Answer): string {
  const { reason } = json;
  return typeof reason === "string" ? `${status} ${reason}` : `${status}`;
}

/** A refusal without a reason names the status alone. */
function isNamed(name: string, refusal: Attack["refusal"]): boolean {
  return name === refusal || (!refusal.includes(" ") && name.startsWith(`${refusal} `));
}
