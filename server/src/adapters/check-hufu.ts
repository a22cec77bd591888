import type { HufuEndpoints } from "../http/router.ts";

/** @throws TypeError if this is no Hufu, such as the promise of one */
export function checkHufu(given: HufuEndpoints | null | undefined): void {
  if (typeof given?.issuer === "string" && typeof given.verifier?.check === "function") return;
  throw new TypeError("mount: this is not a Hufu; did you forget await?");
}
