import { checkMembers, mistaken } from "../core/arguments.ts";
import type { StepUpNeed } from "../core/step-up.ts";
import type { LegacyOptions } from "./legacy/legacy-options.ts";

/** The host's own id of an owner; `null` or `undefined` = no owner. */
export type Owner = string | null | undefined;

/**
 * What a route may say beside the permission. `acr` is the least strength of the user's authentication, `platform` or
 * `soter`, by default `platform`; `maxAge` the most seconds since then, by default without a limit (RFC 9470).
 * @typeParam Asked what the framework hands to a function about a request
 */
export interface RouteOptions<Asked extends readonly unknown[]> extends StepUpNeed {
  /** Whose the thing is that the request is for. Asked only of callers who may go no further than their own. */
  readonly owner?: ((...asked: Asked) => Owner | Promise<Owner>) | undefined;
  /** The session must be bound to a key, and the request must prove it (RFC 9449). Default: a bound session needs its proof, and others pass without. */
  readonly proof?: boolean | undefined;
  /**
   * The request must carry a MAC by the key that WeChat shares with the user's phones (docs/guides/proof-of-possession.md).
   * Only where `createHufu` runs. Default `false`.
   */
  readonly requestMac?: boolean | undefined;
  /**
   * `digest`: the proof or MAC must also carry the RFC 9530 digest of the body, at most 1 MiB. Needs `proof: true` or
   * `requestMac: true`, and the guard before every body parser; it puts the bytes back for them. Default: bodies are not proven.
   */
  readonly body?: "digest" | undefined;
}

/** How guards of one application behave. */
export interface GuardOptions<OnRefused> extends LegacyOptions {
  /**
   * Answers a refusal in the host's own words; status, challenge header and `Hufu-Reason` stay as they are, even if it sets
   * them. Default: the answer of docs/protocol.md §5.
   */
  readonly onRefused?: OnRefused;
}

/**
 * A misspelled `owner` would let in every user who may touch only their own things.
 * @throws TypeError that names the member that there is not
 */
export function checkRouteOptions<Options extends object>(options: Options): Options {
  checkMembers("guard: options", options, ["owner", "proof", "requestMac", "body", "acr", "maxAge"]);
  return options;
}

/** @throws TypeError that names what there is not, or that `onRefused` is no function */
export function checkGuardOptions<OnRefused>(options: GuardOptions<OnRefused>): GuardOptions<OnRefused> {
  const { onRefused } = checkMembers("createGuard: options", options, ["onRefused", "legacy", "until"]);
  if (onRefused !== undefined && typeof onRefused !== "function") {
    throw mistaken("createGuard: options.onRefused", "a function", onRefused);
  }
  return options;
}
