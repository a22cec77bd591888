import type { WebhookType } from "./webhook-events.ts";

/** A receiver of signed messages (Standard Webhooks), as the options name it. */
export interface TargetOptions {
  /** https, or http on a loopback address. No redirect is followed. */
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes; or several, the newest first: every message is signed with each. */
  readonly secret: string | readonly string[];
}

/** `resolveUser` as a signed request. */
export interface ResolveTargetOptions extends TargetOptions {
  /** How long it may take, `100ms` to `30s`. Default: `resolveTimeout`. */
  readonly timeout?: string | undefined;
}

/** A receiver of events. */
export interface WebhookOptions extends TargetOptions {
  /**
   * Names it in the database, the log and commands: 1 to 32 of `a-z 0-9 _ -`. Messages that wait belong to this name: keep
   * it when the URL changes.
   */
  readonly id: string;
  /** The events that it receives. Default: all. */
  readonly events?: readonly WebhookType[] | undefined;
  /** For one request with its answer, `1s` to `30s`. Default `10s`. */
  readonly timeout?: string | undefined;
}

/** The secrets of a target as a list. */
export function secretsOf({ secret }: Pick<TargetOptions, "secret">): readonly string[] {
  return typeof secret === "string" ? [secret] : secret;
}
