import { hash } from "node:crypto";
import { HufuError } from "../core/errors/errors.ts";
import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";
import { type Clock, toSeconds } from "../core/time/clock.ts";
import { askWindows } from "./ask-windows.ts";
import { assertBody, assertClaims, type ProvenRequest } from "./assert-proven.ts";
import { type ProofNonces, WINDOW_TTL_MS } from "./proof-nonces.ts";
import { notThis } from "./proven-claims.ts";
import { readRequestMac } from "./request-mac.ts";

/** Where the platform's keys of users are known. */
export interface UserKeySource {
  /** One key of the user of this session; `undefined` if the platform lists no such version. Rejects if that is not known. */
  find(sid: string, version: number): Promise<string | undefined>;
}

/** A request with a MAC. */
export interface MacRequest extends Omit<ProvenRequest, "now" | "jkt"> {
  /** Whose session the access token is of. */
  readonly sid: string;
}

/** Accepts each request MAC once. */
export interface MacCheck {
  /**
   * Checks the value of a `Hufu-Mac` header against a request.
   * @param text `undefined` if there was no header
   * @returns the nonce for the answer's `Hufu-Mac-Nonce` header, where the one that was used will soon be too old
   * @throws HufuError `mac_missing` and `mac_nonce` with the nonce to use, `mac_invalid`, `mac_replayed`, `store_unavailable`
   * where the single use cannot be known, and what `UserKeySource` throws
   */
  accept(text: string | undefined, request: MacRequest): Promise<string | undefined>;
}

/**
 * Cheap checks first. The nonce before the key, so that old requests cannot make the server call the platform. Then key
 * and MAC, then the body, then the single use, which is one atomic operation of the store.
 */
export function createMacCheck(options: {
  readonly nonces: ProofNonces;
  readonly windows: Pick<ProofWindows, "claimIn">;
  readonly keys: UserKeySource;
  readonly clock: Pick<Clock, "now">;
}): MacCheck {
  const { nonces, windows, keys, clock } = options;

  async function demandNonce(): Promise<HufuError> {
    return new HufuError("mac_nonce", { nonce: await nonces.issue() });
  }

  return Object.freeze({
    async accept(text: string | undefined, request: MacRequest): Promise<string | undefined> {
      // With the nonce, so that a client that did not know what this route asks for needs one try more, and not two.
      if (text === undefined) throw new HufuError("mac_missing", { nonce: await nonces.issue() });
      const mac = readRequestMac(text);
      assertClaims(mac, { ...request, now: toSeconds(clock.now()) }, "mac_invalid");
      const window = mac.nonce === undefined ? undefined : await nonces.read(mac.nonce);
      if (window === undefined) throw await demandNonce();
      const key = await keys.find(request.sid, mac.version);
      if (key === undefined) throw notThis("mac_invalid", `the platform has no key ${mac.version} of this user in use`);
      if (!mac.isBy(key)) throw notThis("mac_invalid", "made with another key, or changed since");
      if (request.body !== undefined) assertBody(mac, await request.body(), "mac_invalid");
      const mark = hash("sha256", `${request.sid}\n${mac.jti}\n${mac.htm}\n${mac.htu}`, "base64url");
      const use = await askWindows(windows.claimIn(window.name, window.epoch, mark, WINDOW_TTL_MS));
      if (use === "again") throw new HufuError("mac_replayed");
      if (use === "lost") {
        nonces.forget(window.name);
        throw await demandNonce();
      }
      return window.ageing ? nonces.issue() : undefined;
    },
  });
}
