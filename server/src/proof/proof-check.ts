import { hash } from "node:crypto";
import { HufuError } from "../core/errors/errors.ts";
import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";
import type { Clock } from "../core/time/clock.ts";
import { toSeconds } from "../core/time/clock.ts";
import { askWindows } from "./ask-windows.ts";
import { assertBody, assertProof, type ProvenRequest } from "./assert-proven.ts";
import { type ProofNonces, WINDOW_TTL_MS } from "./proof-nonces.ts";
import { type Proof, readProof } from "./read-proof.ts";

/** A proof that was accepted, once. */
export interface AcceptedProof {
  readonly proof: Proof;
  /** For the answer's `DPoP-Nonce` header: the one that was used will soon be too old. */
  readonly nextNonce: string | undefined;
}

/** Accepts each proof of possession once. */
export interface ProofCheck {
  /**
   * Checks the value of a `DPoP` header against a request.
   * @param text `undefined` if there was no header
   * @throws HufuError `proof_missing`, `proof_invalid`, `proof_nonce` with the nonce to use, `proof_replayed`,
   * `store_unavailable` where the single use cannot be known
   */
  accept(text: string | undefined, request: Omit<ProvenRequest, "now">): Promise<AcceptedProof>;
}

/**
 * Signature, method, address, token and key first; then the nonce, before a body is read; then the single use, which is
 * one atomic operation of the store. A wrong clock of the client does no harm: the nonce has the time.
 * @see RFC 9449 §4.3
 */
export function createProofCheck(options: {
  readonly nonces: ProofNonces;
  readonly windows: Pick<ProofWindows, "claimIn">;
  readonly clock: Pick<Clock, "now">;
}): ProofCheck {
  const { nonces, windows, clock } = options;

  async function demandNonce(): Promise<HufuError> {
    return new HufuError("proof_nonce", { nonce: await nonces.issue() });
  }

  return Object.freeze({
    async accept(text: string | undefined, request: Omit<ProvenRequest, "now">): Promise<AcceptedProof> {
      if (text === undefined) throw new HufuError("proof_missing");
      const proof = readProof(text);
      assertProof(proof, { ...request, now: toSeconds(clock.now()) });
      const window = proof.nonce === undefined ? undefined : await nonces.read(proof.nonce);
      if (window === undefined) throw await demandNonce();
      if (request.body !== undefined) assertBody(proof, await request.body(), "proof_invalid");
      const mark = hash("sha256", `${proof.jkt}\n${proof.jti}\n${proof.htm}\n${proof.htu}`, "base64url");
      const use = await askWindows(windows.claimIn(window.name, window.epoch, mark, WINDOW_TTL_MS));
      if (use === "again") throw new HufuError("proof_replayed");
      if (use === "lost") {
        nonces.forget(window.name);
        throw await demandNonce();
      }
      return { proof, nextNonce: window.ageing ? await nonces.issue() : undefined };
    },
  });
}
