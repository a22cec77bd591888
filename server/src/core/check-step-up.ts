import { checkMembers, mistaken } from "./arguments.ts";
import { ACRS, rankOf, type StepUpNeed } from "./step-up.ts";

/**
 * @param name of the argument
 * @throws TypeError that names the member which is unknown or has a value that it cannot have
 */
export function checkStepUpNeed(name: string, need: StepUpNeed): StepUpNeed {
  const { acr, maxAge } = checkMembers(name, need, ["acr", "maxAge"]);
  if (acr !== undefined && rankOf(acr) === -1) {
    throw mistaken(`${name}.acr`, ACRS.map((known) => `"${known}"`).join(" or "), acr);
  }
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && Number(maxAge) >= 0)) {
    throw mistaken(`${name}.maxAge`, "a whole number of seconds from 0", maxAge);
  }
  return need;
}
