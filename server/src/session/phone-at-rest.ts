import { createHmac } from "node:crypto";
import type { UserId } from "../core/ids.ts";
import type { ConfirmedPhone } from "../store/phones.ts";
import type { SecretKeys, Secrets } from "../token/sealing/secrets.ts";
import type { SessionContext } from "./context.ts";

/** What a sealed number is bound to: it opens for this user only. */
export function phoneSeal(userId: UserId): string {
  return `phone:${userId}`;
}

/** What finds a number without showing it. */
export function phoneHash({ hash }: SecretKeys, number: string): string {
  return createHmac("sha256", hash).update(`phone:${number}`).digest("base64url");
}

/** The hashes by which a number may be stored, as long as these secrets are in use; the newest first. */
export function phoneHashes({ newest, all }: Secrets, number: string): ConfirmedPhone["hashes"] {
  const older = all.filter((keys) => keys !== newest);
  return [phoneHash(newest, number), ...older.map((keys) => phoneHash(keys, number))];
}

/** The number of a user, opened; `null` if none is known. E.164. */
export async function openPhone(
  { store, box }: Pick<SessionContext, "store" | "box">,
  userId: UserId,
): Promise<string | null> {
  const stored = await store.phones.find(userId);
  return stored === undefined ? null : box.open(stored.sealed, phoneSeal(userId)).toString("utf8");
}
