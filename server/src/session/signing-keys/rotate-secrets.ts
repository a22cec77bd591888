import type { SigningKeyStore } from "../../store/keys.ts";
import type { PhoneStore } from "../../store/phones.ts";
import type { IdentityKey } from "../../store/records.ts";
import type { UserStore } from "../../store/users.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import type { Secrets } from "../../token/sealing/secrets.ts";
import { phoneHash, phoneSeal } from "../phone-at-rest.ts";
import { sessionKeySeal } from "../session-keys.ts";
import { signingKeySeal } from "./open-stored-key.ts";

const PAGE = 200;

/** Seals every signing key with the newest secret; answers how many were changed. Safe to repeat and to interrupt. */
export async function resealSigningKeys(store: SigningKeyStore, box: SealedBox): Promise<number> {
  const { keys } = await store.list();
  let changed = 0;
  for (const { kid, sealedPrivate } of keys) {
    const fresh = resealed(box, sealedPrivate, signingKeySeal(kid));
    if (fresh !== undefined && (await store.reseal(kid, sealedPrivate, fresh))) changed += 1;
  }
  return changed;
}

/**
 * Seals every session_key with the newest secret; answers how many were changed. Safe to repeat and to interrupt, and
 * a session_key that a sign-in replaces meanwhile is left as that sign-in made it.
 * @param progress called after every page with the number looked at so far
 */
export async function resealSessionKeys(
  store: Pick<UserStore, "sessionKeysAfter" | "resealSessionKey">,
  box: SealedBox,
  progress: (seen: number) => void,
): Promise<number> {
  let after: IdentityKey | null = null;
  let seen = 0;
  let changed = 0;
  for (;;) {
    const page = await store.sessionKeysAfter(after, PAGE);
    for (const stored of page) {
      const fresh = resealed(box, stored.sealed, sessionKeySeal(stored));
      if (fresh !== undefined && (await store.resealSessionKey(stored, stored.sealed, fresh))) changed += 1;
    }
    seen += page.length;
    progress(seen);
    after = page.at(-1) ?? null;
    if (page.length < PAGE) return changed;
  }
}

/**
 * Seals every phone number with the newest secret, and hashes it with that; answers how many were changed. Safe to repeat
 * and to interrupt.
 * @param progress called after every page with the number looked at so far
 */
export async function resealPhones(
  store: Pick<PhoneStore, "after" | "reseal">,
  box: SealedBox,
  secrets: Secrets,
  progress: (seen: number) => void,
): Promise<number> {
  let seen = 0;
  let changed = 0;
  for (let page = await store.after(null, PAGE); page.length > 0; ) {
    for (const { userId, sealed } of page) {
      const fresh = resealed(box, sealed, phoneSeal(userId));
      if (fresh === undefined) continue;
      const hash = phoneHash(secrets.newest, box.open(sealed, phoneSeal(userId)).toString("utf8"));
      if (await store.reseal(userId, sealed, { sealed: fresh, hash })) changed += 1;
    }
    seen += page.length;
    progress(seen);
    page = await store.after(page.at(-1)?.userId ?? null, PAGE);
  }
  return changed;
}

/** `undefined` if there is nothing to do. */
function resealed(box: SealedBox, sealed: string, context: string): string | undefined {
  return sealed === "" || box.isNewest(sealed) ? undefined : box.seal(box.open(sealed, context), context);
}
