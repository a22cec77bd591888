import { toBase64url } from "./base64url.ts";
import type { Random } from "./random.ts";

declare const brand: unique symbol;

/** Our own subject: `u_` + base64url of 16 bytes. */
export type UserId = string & { readonly [brand]: "UserId" };
/** One sign-in on one device: `s_` + base64url of 16 bytes. */
export type SessionId = string & { readonly [brand]: "SessionId" };

const ID_BYTES = 16;
/** Milliseconds, as in RFC 9562 §5.7; the 80 bits after them are random. */
const TIME_BYTES = 6;

/** @param now epoch milliseconds: ids that are made one after the other stand beside each other in a database's indexes */
export function newUserId(random: Random, now: number): UserId {
  return `u_${toBase64url(idBytes(random, now))}` as UserId;
}

/** @param now epoch milliseconds, as {@link newUserId} takes them */
export function newSessionId(random: Random, now: number): SessionId {
  return `s_${toBase64url(idBytes(random, now))}` as SessionId;
}

function idBytes(random: Random, now: number): Buffer {
  const bytes = random(ID_BYTES);
  bytes.writeUIntBE(Math.max(0, Math.floor(now)) % 2 ** (8 * TIME_BYTES), 0, TIME_BYTES);
  return bytes;
}

/** `s_…` from its 16 raw bytes, as a refresh token carries them. */
export function sessionIdFromBytes(bytes: Uint8Array): SessionId {
  return `s_${toBase64url(bytes)}` as SessionId;
}

/** The 16 raw bytes of `s_…`. */
export function sessionIdToBytes(id: SessionId): Buffer {
  return Buffer.from(id.slice(2), "base64url");
}

/** A letter, an underscore, and 16 bytes in their one canonical spelling: the last character has only two bits. */
export const USER_ID: RegExp = /^u_[A-Za-z0-9_-]{21}[AQgw]$/;
export const SESSION_ID: RegExp = /^s_[A-Za-z0-9_-]{21}[AQgw]$/;

/** Narrows text from outside (a path, a row) to a session id, or answers `undefined`. */
export function parseSessionId(text: string): SessionId | undefined {
  return SESSION_ID.test(text) ? (text as SessionId) : undefined;
}

/** Narrows text from outside to a user id, or answers `undefined`. */
export function parseUserId(text: string): UserId | undefined {
  return USER_ID.test(text) ? (text as UserId) : undefined;
}

/** Might this be taken for a subject of Hufu's own: a user id, or the `client:…` of a back end? No external id may. */
export function isReservedId(text: string): boolean {
  return parseUserId(text) !== undefined || text.startsWith("client:");
}
