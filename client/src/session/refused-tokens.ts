import { HufuClientError } from "../failure.ts";
import { createBrakes } from "./brakes.ts";

/** Counts refreshes that did not help, because the server refused the fresh token too. */
export interface RefusedTokens {
  /** @throws HufuClientError if refreshing for this server has not helped several times in a row */
  check(server: string): void;
  /** A fresh token was refused. Returns the error to throw. */
  uncured(server: string, token: string, error: HufuClientError, most?: number): HufuClientError;
  /** A fresh token was accepted. */
  cured(server: string): void;
}

const UNCURED_MOST = 3;

/** Refusals further apart than this are not in a row. */
const ROW_MS = 60_000;

export function createRefusedTokens(now: () => number): RefusedTokens {
  const brakes = createBrakes(now);
  const counts = new Map<string, { readonly token: string; readonly times: number; readonly at: number }>();
  return {
    check(server) {
      const held = brakes.held(server);
      if (held) throw held;
    },
    uncured(server, token, error, most = UNCURED_MOST) {
      const at = now();
      let last = counts.get(server);
      if (!last || Math.abs(at - last.at) > ROW_MS) last = { token: "", times: 0, at };
      // Several calls may have met the same token.
      const times = last.token === token ? last.times : last.times + 1;
      counts.set(server, { token, times, at });
      if (times < most) return error;
      const { statusCode, requestId } = error;
      const facts: Record<string, unknown> = { statusCode, requestId };
      facts["message"] = `fresh tokens are refused (${server}): clock, issuer or audience?`;
      const bug = new HufuClientError("bug", error.reason, facts);
      if (brakes.held(server) === undefined) brakes.hold(server, bug);
      return bug;
    },
    cured(server) {
      counts.delete(server);
    },
  };
}
