import type { ContractCase, StoreHarness } from "../contract-case.ts";
import { signInAnswerCases } from "./sign-in-answers.contract.ts";
import { signInSessionCases } from "./sign-in-sessions.contract.ts";
import { signInUserCases } from "./sign-in-users.contract.ts";
import { signInWriteCases } from "./sign-in-writes.contract.ts";

/** The promises of `SessionStore.signIn`. */
export const signInCases: readonly ContractCase<StoreHarness>[] = [
  ...signInWriteCases,
  ...signInUserCases,
  ...signInAnswerCases,
  ...signInSessionCases,
];
