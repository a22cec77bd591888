import type { EndWhy } from "./errors/reasons.ts";
import type { SessionId, UserId } from "./ids.ts";

/** What is no longer true, as verifiers learn it (docs/protocol.md §6). Exactly one of its shapes. */
export type Revocation =
  | { readonly sid: SessionId; readonly why: EndWhy }
  | { readonly sub: UserId; readonly ver: number; readonly why: string }
  | { readonly role: string; readonly pol: number; readonly permissions: readonly string[] }
  | { readonly jti: string; readonly why: string }
  | { readonly kid: string; readonly why: string }
  | { readonly all: true; readonly pol: number; readonly why: string }
  | { readonly client_id: string; readonly pol: number; readonly why: string };
