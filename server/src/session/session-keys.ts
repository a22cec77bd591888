import type { UserId } from "../core/ids.ts";
import type { IdentityKey } from "../store/records.ts";
import type { AdministrationContext } from "./context.ts";

/** What a sealed session_key is bound to: it opens for this identity only. */
export function sessionKeySeal(identity: IdentityKey): string {
  return `session_key:${identity.platform}:${identity.app}:${identity.openid}`;
}

/** The newest session_key of an identity, opened: for decryption on the server, never for an answer. */
export async function openSessionKey(
  context: Pick<AdministrationContext, "store" | "box">,
  identity: IdentityKey,
): Promise<string | undefined> {
  const stored = await context.store.users.sessionKey(identity);
  return stored === undefined ? undefined : context.box.open(stored.sealed, sessionKeySeal(identity)).toString("utf8");
}

/**
 * Asks the platform to forget a user's session_keys, on a ban and on "end all".
 * A platform that is down must not undo or delay what has been decided, so failures are only logged.
 */
export async function resetSessionKeys(context: AdministrationContext, userId: UserId): Promise<void> {
  const found = await context.store.users.find(userId);
  await Promise.all((found?.identities ?? []).map((identity) => resetOne(context, identity)));
}

async function resetOne(
  context: AdministrationContext,
  identity: IdentityKey & { readonly clientId: string },
): Promise<void> {
  try {
    const app = await context.findApp(identity.clientId);
    const sessionKey = await openSessionKey(context, identity);
    if (app === undefined || sessionKey === undefined) return;
    const fresh = await context.findPlatform(identity.platform).resetSessionKey(app, identity.openid, sessionKey);
    if (fresh === undefined) return;
    const sealed = context.box.seal(fresh, sessionKeySeal(identity));
    await context.store.users.putSessionKey(identity, sealed, context.clock.now());
  } catch (cause) {
    context.log.warn({ err: cause, app: identity.app }, "the platform's session_key could not be reset");
  }
}
