import { checkRoleSizes } from "../../access/role-size.ts";
import { parseDuration } from "../../core/time/duration.ts";
import { resolveLimits } from "../../limits/limit-schema.ts";
import type { LimitSettings } from "../../limits/limit-settings.ts";
import { checkedOptions } from "../../options/mistakes.ts";
import { checkPublicUrl } from "../../proof/public-url.ts";
import type { SessionSettings } from "../../session/settings.ts";
import type { Algorithm } from "../../token/keys/algorithms.ts";
import type { WebhookEndpoint } from "../../webhooks/deliver-webhooks.ts";
import type { SignedTarget } from "../../webhooks/post-message.ts";
import { secretsOf } from "../../webhooks/target-options.ts";
import { eventsOf } from "../../webhooks/webhook-events.ts";
import { type CheckedOptions, hufuOptions } from "./option-schema.ts";
import type { HufuOptions } from "./options.ts";

/** The options as the layers below take them: checked, with defaults, durations in milliseconds. */
export interface ResolvedOptions {
  readonly settings: SessionSettings;
  readonly limits: LimitSettings;
  readonly algorithm: Algorithm;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly secrets: readonly string[];
  /** Milliseconds; `undefined` = guards go on however long the database does not answer. */
  readonly maxSilenceMs: number | undefined;
  /** Do guards of this process know the tokens that it issues? */
  readonly keepIssued: boolean;
  /** Where `resolveUser` is asked by a request; `undefined` where it is a function or absent. */
  readonly resolveTarget: SignedTarget | undefined;
  /** The receivers of events. */
  readonly webhooks: readonly WebhookEndpoint[];
  /** Of the guarded routes, without a slash at the end. */
  readonly publicUrl: string;
}

/** @throws TypeError that names each option that is wrong */
export function resolveOptions<Claims>(options: HufuOptions<Claims>): ResolvedOptions {
  const checked: CheckedOptions = checkedOptions(hufuOptions, options);
  const { secret, tokens, guards } = checked;
  const roles = new Map(Object.entries(checked.roles ?? {}));
  checkRoleSizes(roles);
  return {
    settings: settingsOf(checked),
    limits: resolveLimits(checked.limits),
    algorithm: tokens.algorithm,
    roles,
    secrets: typeof secret === "string" ? [secret] : secret,
    maxSilenceMs: guards.outOfTouch === "accept" ? undefined : parseDuration(guards.maxSilence, "guards.maxSilence"),
    keepIssued: guards.keepIssued ?? true,
    resolveTarget: resolveTargetOf(checked),
    webhooks: (checked.webhooks ?? []).map((receiver) => ({
      id: receiver.id,
      url: receiver.url,
      secrets: secretsOf(receiver),
      timeoutMs: parseDuration(receiver.timeout, `webhooks ${receiver.id} timeout`),
    })),
    publicUrl: checkPublicUrl(guards.publicUrl ?? new URL(checked.issuer).origin, "guards.publicUrl"),
  };
}

function settingsOf(checked: CheckedOptions): SessionSettings {
  const { issuer, tokens, sessions, retention } = checked;
  return {
    issuer,
    audience: checked.audience ?? new URL(issuer).origin,
    mode: tokens.mode,
    accessMs:
      tokens.mode === "single"
        ? parseDuration(tokens.single, "tokens.single")
        : parseDuration(tokens.access, "tokens.access"),
    idleMs: parseDuration(tokens.refreshIdle, "tokens.refreshIdle"),
    absoluteMs: parseDuration(tokens.refreshAbsolute, "tokens.refreshAbsolute"),
    openidInTokens: tokens.openid,
    perDeviceType: sessions.perDeviceType,
    overflow: sessions.overflow,
    perIdentity: sessions.perIdentity,
    rolesFrom: checked.rolesFrom,
    defaultRoles: [...(checked.defaultRoles ?? [])],
    resolveUser: typeof checked.resolveUser === "function" ? checked.resolveUser : null,
    resolveTimeoutMs: resolveTimeoutOf(checked),
    hooks: checked.hooks ?? {},
    webhooks: (checked.webhooks ?? []).map(({ id, events }) => ({ id, events: eventsOf(events) })),
    retention: {
      sessionsMs: parseDuration(retention.sessions, "retention.sessions"),
      auditMs: parseDuration(retention.audit, "retention.audit"),
      webhooksMs: parseDuration(retention.webhooks, "retention.webhooks"),
    },
  };
}

function resolveTimeoutOf({ resolveUser, resolveTimeout }: CheckedOptions): number {
  const own = typeof resolveUser === "object" ? resolveUser.timeout : undefined;
  if (own !== undefined) return parseDuration(own, "resolveUser.timeout");
  return parseDuration(resolveTimeout, "resolveTimeout");
}

function resolveTargetOf(checked: CheckedOptions): SignedTarget | undefined {
  const { resolveUser } = checked;
  if (typeof resolveUser !== "object") return undefined;
  return { url: resolveUser.url, secrets: secretsOf(resolveUser), timeoutMs: resolveTimeoutOf(checked) };
}
