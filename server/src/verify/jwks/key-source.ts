import type { VerificationKey } from "../../token/keys/verification-key.ts";

/** The public keys of exactly one issuer: two issuers may give the same name to different keys. */
export interface KeySource {
  /** A key that is at hand. */
  find(kid: string): VerificationKey | undefined;
  /**
   * Looks further for a key that is not at hand; bounded, so that made-up names cost the issuer nothing.
   * `undefined` = the issuer has no such key. Rejects with a HufuError if that cannot be known at the moment.
   */
  seek(kid: string): Promise<VerificationKey | undefined>;
}
