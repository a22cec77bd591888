import { createHash } from "node:crypto";
import type { SessionId, UserId } from "../core/ids.ts";

/** A place in the chain: the number of a link and its hash. The place before the first link is `{ seq: 0, hash: "" }`. */
export interface ChainPlace {
  readonly seq: number;
  /** base64url SHA-256. */
  readonly hash: string;
}

/** What a link covers: an audit record as it is stored. */
export interface LinkFacts {
  /** 1, 2, 3, … without a gap. */
  readonly seq: number;
  /** The number that it had while it waited to be chained. */
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  readonly userId: UserId | null;
  readonly sid: SessionId | null;
  readonly app: string | null;
  readonly why: string | null;
  readonly rule: string | null;
  readonly requestId: string | null;
  /** JSON text. */
  readonly detail: string | null;
  /** {@link personalHash} of the personal fields; `null` if the record was sealed without any. */
  readonly personalHash: string | null;
}

/** A record in the chain, as it is stored. */
export interface AuditLink extends LinkFacts {
  readonly hash: string;
  /** `null` if there were none, or they were erased. `fields` is JSON text. */
  readonly personal: { readonly salt: string; readonly fields: string } | null;
}

const LINK = "hufu-audit-1";
const PERSONAL = "hufu-audit-personal-1";

/**
 * The hash of a link: SHA-256 of one JSON array without blanks (RFC 8785), which begins with the hash of the link before.
 * It can be computed again from an export.
 */
export function linkHash(previous: string, link: LinkFacts): string {
  const { seq, id, at, action, actor, userId, sid, app, why, rule, requestId, detail, personalHash } = link;
  const subject = [userId, sid, app];
  return digest([LINK, previous, seq, id, at, action, actor, ...subject, why, rule, requestId, detail, personalHash]);
}

/** What stands in the chain for personal fields. Once the salt is deleted, they cannot be guessed from it. */
export function personalHash(salt: string, fields: string): string {
  return digest([PERSONAL, salt, fields]);
}

function digest(parts: readonly (string | number | null)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
