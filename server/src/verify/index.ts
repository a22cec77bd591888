export { HufuError } from "../core/errors/errors.ts";
export type { EndWhy, Reason } from "../core/errors/reasons.ts";
export type { VerifierOptions } from "./create-verifier.ts";
export { createVerifier } from "./create-verifier.ts";
export type { FeedOptions } from "./feed/open-feed.ts";
export type { OutOfTouch } from "./feed/out-of-touch.ts";
export type { AnyClaims, Auth, ClientAuth, OwnedThing, OwnerFilter, UserAuth } from "./token-check/auth.ts";
export type { Verifier, VerifierHealth } from "./verifier.ts";
