import { admit, type BreakerState, settle } from "../../core/breaker-state.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { messageOf } from "../../core/errors/message-of.ts";
import { createGenerationMap } from "../../core/generation-map.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import { fetchAnswer, fetchFault } from "../jwks/fetch-json.ts";
import { refusedStatus } from "../jwks/refused-status.ts";
import { basicAuthorization, type ClientCredentials } from "./basic-credentials.ts";
import type { IssuerEndpoints } from "./issuer-endpoints.ts";

/** Asks the issuer about single tokens. */
export interface Introspection {
  /**
   * Is this token worth anything at this moment? At most a second old.
   * @param jti of a token whose signature has been checked, so that no other token has it
   * Rejects with `revocations_unknown` if that cannot be known.
   */
  isActive(token: string, jti: string): Promise<boolean>;
}

export interface IntrospectionOptions extends ClientCredentials {
  readonly endpoints: IssuerEndpoints;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

/** An answer counts for so long, in milliseconds. */
const ANSWER_LIFE_MS = 1000;
const MOST_ANSWERS = 10_000;
/** Most questions under way at a time. */
export const MOST_IN_FLIGHT = 32;
/** Longest wait for an answer, in milliseconds. */
const MOST_MS = 2000;
const BREAKER = { failures: 5, pauseMs: 2000 } as const;

/**
 * RFC 7662 with this back end's credentials, bounded so that an outage of the feed does not become one of the issuer:
 * one question per token and second, 32 at a time, none for two seconds after five in a row have failed.
 */
export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { endpoints, fetch, clock, log, stop } = options;
  const authorization = basicAuthorization(options);
  const answers = createGenerationMap<string, { readonly active: boolean; readonly askedAt: number }>(MOST_ANSWERS);
  const flights = new Map<string, Promise<boolean>>();
  let breaker: BreakerState | undefined;

  async function ask(token: string, jti: string): Promise<boolean> {
    const url = await endpoints.find("introspection_endpoint");
    const body = new URLSearchParams({ token, token_type_hint: "access_token" });
    const { status, object, headers } = await fetchAnswer(
      fetch,
      url,
      { method: "POST", headers: { authorization }, body, mostMs: MOST_MS },
      stop,
    );
    const fault = (why: string): Error => fetchFault("POST", url, new Error(why));
    if (object === undefined) throw fault(refusedStatus(status, headers));
    if (typeof object["active"] !== "boolean") throw fault("the answer does not say active: true or false");
    if (object["active"] && (object["jti"] ?? jti) !== jti) throw fault("the answer is about another token");
    return object["active"];
  }

  async function askOnce(token: string, jti: string, as: "pass" | "probe"): Promise<boolean> {
    const askedAt = clock.monotonic();
    try {
      const active = await ask(token, jti);
      breaker = settle(breaker, as, true, clock.monotonic(), BREAKER);
      answers.set(jti, { active, askedAt });
      return active;
    } catch (cause) {
      breaker = settle(breaker, as, false, clock.monotonic(), BREAKER);
      if (breaker?.kind === "open")
        log.error({ why: messageOf(cause) }, "introspection fails; it is left alone for two seconds");
      throw unknown("introspection failed", 1, cause);
    } finally {
      flights.delete(jti);
    }
  }

  return Object.freeze({
    async isActive(token: string, jti: string): Promise<boolean> {
      const known = answers.get(jti);
      if (known !== undefined && clock.monotonic() - known.askedAt < ANSWER_LIFE_MS) return known.active;
      const begun = flights.get(jti);
      if (begun !== undefined) return begun;
      if (flights.size >= MOST_IN_FLIGHT) throw unknown("too many tokens are being introspected", 1);
      const admission = admit(breaker, clock.monotonic());
      if (typeof admission === "object") {
        throw unknown("introspection has failed too often", Math.max(1, Math.ceil(admission.waitMs / 1000)));
      }
      if (admission === "probe") breaker = { kind: "probing" };
      const flight = askOnce(token, jti, admission);
      flights.set(jti, flight);
      return flight;
    },
  });
}

function unknown(detail: string, retryAfter: number, cause?: unknown): HufuError {
  return new HufuError("revocations_unknown", { retryAfter, detail, cause });
}
