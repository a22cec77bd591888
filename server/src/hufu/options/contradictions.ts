import type { AppOptions } from "../../platform/app-options.ts";
import type { FindAppOptions } from "../../platform/apps.ts";

/** The options that have to agree with each other. */
interface Related {
  readonly secret: string | readonly string[];
  readonly apps: readonly Pick<AppOptions, "id" | "appId">[] | FindAppOptions;
  readonly clients?: readonly { readonly id: string }[] | undefined;
  readonly rolesFrom: "config" | "hufu" | "host";
  readonly roles?: Readonly<Record<string, unknown>> | undefined;
  readonly defaultRoles?: readonly string[] | undefined;
  readonly resolveUser?: unknown;
  readonly webhooks?: readonly { readonly id: string }[] | undefined;
}

interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** Each has requests of its own in flight. */
const WEBHOOKS_MOST = 20;

/** What is wrong with options that are right one by one. */
export function findContradictions(options: Related): readonly Contradiction[] {
  const { secret, apps, clients = [], rolesFrom, roles = {}, defaultRoles = [], resolveUser } = options;
  const found: Contradiction[] = [];
  if (typeof secret !== "string") found.push(...repeated(secret, (at) => ["secret", at], "is listed twice"));
  const appIds = typeof apps === "function" ? [] : apps.map(({ id, appId }) => id ?? appId);
  const clientIds = clients.map(({ id }) => id);
  found.push(...repeated(appIds, (at) => ["apps", at, "id"], "another app has the same id"));
  found.push(...repeated(clientIds, (at) => ["clients", at, "id"], "another client has the same id"));
  const receivers = (options.webhooks ?? []).map(({ id }) => id);
  found.push(...repeated(receivers, (at) => ["webhooks", at, "id"], "another receiver has the same id"));
  if (receivers.length > WEBHOOKS_MOST) {
    found.push({ path: ["webhooks"], what: `there may be at most ${WEBHOOKS_MOST} receivers` });
  }
  for (const [at, id] of clientIds.entries()) {
    if (appIds.includes(id)) found.push({ path: ["clients", at, "id"], what: "an app has the same id" });
  }
  if (rolesFrom === "host" && resolveUser === undefined) {
    found.push({ path: ["rolesFrom"], what: '"host" needs resolveUser, which says what each user\'s roles are' });
  }
  for (const [at, role] of defaultRoles.entries()) {
    if (rolesFrom === "hufu" || Object.hasOwn(roles, role)) continue;
    found.push({ path: ["defaultRoles", at], what: `there is no role "${role}"; add it to roles` });
  }
  return found;
}

function repeated(
  values: readonly string[],
  pathOf: (at: number) => Contradiction["path"],
  what: string,
): readonly Contradiction[] {
  return values.flatMap((value, at) => (values.indexOf(value) < at ? [{ path: pathOf(at), what }] : []));
}
