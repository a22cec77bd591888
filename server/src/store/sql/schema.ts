import type { Generated } from "kysely";
import type { EndRule, EndWhy } from "../../core/errors/reasons.ts";
import type { SessionId, UserId } from "../../core/ids.ts";
import type { Delivery, DeviceType, Session, User } from "../records.ts";

/** Text that holds JSON. */
type Json = string;
/** 0 or 1: not every database has a boolean. */
type Flag = number;

export interface UserRow {
  readonly id: UserId;
  readonly external_id: string | null;
  readonly status: User["status"];
  readonly ver: number;
  readonly resolved_ver: number;
  readonly roles: Json;
  readonly claims: Json | null;
  /** `null` = never banned, or the ban was taken back. */
  readonly ban_reason: string | null;
  readonly ban_until: number | null;
  readonly created_at: number;
}

/** What only lists of users read. */
export interface ListedUserRow extends UserRow {
  /** Since when; 0 = not known, `null` = not banned. */
  readonly banned_at: number | null;
}

export interface IdentityRow {
  readonly platform: string;
  readonly app: string;
  readonly openid: string;
  readonly client_id: string;
  readonly user_id: UserId;
  /** As the platform first named it; another one later is a conflict. */
  readonly unionid: string | null;
  readonly created_at: number;
  readonly session_key_sealed: string | null;
  readonly session_key_at: number | null;
}

export interface UnionRow {
  readonly scope: string;
  readonly unionid: string;
  readonly user_id: UserId;
}

export interface SessionRow {
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly platform: string;
  readonly app: string;
  readonly openid: string;
  readonly client_id: string;
  readonly mode: Session["mode"];
  readonly device_id: string | null;
  readonly device_type: DeviceType;
  readonly device_name: string | null;
  readonly version: number;
  readonly generation: number;
  readonly current_hash: string;
  readonly key_id: string;
  readonly recent: Json;
  readonly status: Session["status"];
  readonly end_why: EndWhy | null;
  readonly ended_at: number | null;
  readonly ended_by: string | null;
  readonly end_rule: EndRule | null;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly idle_until: number;
  readonly absolute_until: number;
  readonly clock: number;
  readonly auth_time: number;
  readonly acr: string;
  readonly amr: Json;
  readonly higher: Json | null;
  readonly jkt: string | null;
  readonly born_pol: number;
  readonly code_hash: string;
  readonly code_attempt: string;
  readonly made_user: Flag;
}

export interface RoleRow {
  readonly name: string;
  readonly permissions: Json;
}

/** One row, locked by the one that changes the policy. */
export interface PolicyRow {
  readonly id: number;
  readonly pol: number;
}

export interface ResetRow {
  /** A client id, or {@link EVERYBODY}. */
  readonly scope: string;
  readonly pol: number;
}

/** The scope of a reset that concerns every client. */
export const EVERYBODY = "*";

export interface RevocationRow {
  readonly number: number;
  readonly body: Json;
  readonly until: number;
}

export interface CounterRow {
  /**
   * `revocation`: the last number given; `epoch`: raised by a restore; `entry_life`: ms for which an outbox entry
   * concerns a token, the longest of all configurations that this database has ever had; `phones`: held by who gives out a
   * number.
   */
  readonly name: "revocation" | "epoch" | "entry_life" | "timeline" | "probe" | "phones";
  readonly value: number;
}

/** An audit record that was committed and waits to be chained. */
export interface AuditRow {
  readonly id: Generated<number>;
  readonly at: number;
  readonly action: string;
  readonly user_id: UserId | null;
  readonly sid: SessionId | null;
  readonly app: string | null;
  readonly actor: string;
  readonly why: string | null;
  readonly request_id: string | null;
  readonly detail: Json | null;
  readonly rule: string | null;
  readonly personal: Json | null;
}

/** An audit record that is part of the chain; how its hash is made: audit-chain.ts. */
export interface AuditChainRow extends Omit<AuditRow, "id" | "personal"> {
  readonly seq: number;
  /** The number that it had while it waited. */
  readonly id: number;
  readonly personal_hash: string | null;
  readonly hash: string;
}

/** The personal fields of a record in the chain. The row goes when they are erased. */
export interface AuditPersonalRow {
  readonly seq: number;
  readonly user_id: UserId | null;
  readonly salt: string;
  readonly fields: Json;
}

/** One row: where the chain ends, where it begins since the last purge, and who seals. */
export interface AuditHeadRow {
  readonly id: number;
  readonly seq: number;
  readonly hash: string;
  readonly start_seq: number;
  readonly start_hash: string;
  readonly sealer: string | null;
  readonly sealer_until: number;
}

export interface DeliveryRow {
  readonly id: Generated<number>;
  readonly event: Delivery["event"];
  readonly payload: Json;
  readonly due_at: number;
  readonly attempts: number;
}

/** A message for a receiver elsewhere. */
export interface WebhookRow {
  readonly id: Generated<number>;
  readonly endpoint: string;
  readonly message_id: string;
  readonly event: Delivery["event"];
  readonly payload: Json;
  readonly created_at: number;
  /** `null` = a dead letter. */
  readonly due_at: number | null;
  readonly attempts: number;
  readonly fault: string | null;
}

export interface KeyRow {
  readonly kid: string;
  readonly sequence: number;
  readonly alg: string;
  readonly public_jwk: Json;
  readonly sealed_private: string;
  readonly created_at: number;
  readonly signs_from: number;
  readonly published_until: number | null;
  readonly revoked_at: number | null;
}

/** The phone number of a user. */
export interface PhoneRow {
  readonly user_id: UserId;
  /** Keyed hash. */
  readonly hash: string;
  readonly sealed: string;
  readonly confirmed_at: number;
}

/** A refusal by one of Hufu's own endpoints. */
export interface RefusalRow {
  readonly request_id: string;
  readonly at: number;
  readonly node: string;
  readonly endpoint: string;
  readonly status: number;
  readonly reason: string;
  readonly why: string | null;
  readonly user_id: UserId | null;
  readonly sid: SessionId | null;
}

/** An identity whose account was closed while it was banned. */
export interface BannedIdentityRow {
  /** Keyed. */
  readonly hash: string;
  /** The closed account. */
  readonly user_id: UserId;
  readonly ban_reason: string;
  readonly ban_until: number | null;
}

/** What a move of identities changed, for as long as it can be undone. */
export interface IdentityMoveRow {
  readonly id: string;
  readonly from_id: UserId;
  readonly into_id: UserId;
  readonly identities: Json;
  readonly unions: Json;
  /** The host's id that went along. */
  readonly external_id: string | null;
  readonly until: number;
  readonly undone_at: number | null;
}

/** A short-lived fact. */
export interface HotRow {
  /** What kind of fact, a colon, and its key. */
  readonly name: string;
  readonly until: number;
  /** Of a count. */
  readonly count: number | null;
  /** Of a mark: who may take it back. */
  readonly holder: string | null;
  /** What is kept. */
  readonly value: string | null;
}

/** A ticket that was redeemed. */
export interface TicketRow {
  readonly jti: string;
  /** A hash of who redeemed it, and for what. */
  readonly redeemer: string;
  readonly redeemed_at: number;
}

/** Every table, with the prefix that lets them live in the host's own schema. */
export interface HufuTables {
  readonly hufu_users: ListedUserRow;
  readonly hufu_identities: IdentityRow;
  readonly hufu_unions: UnionRow;
  readonly hufu_sessions: SessionRow;
  readonly hufu_roles: RoleRow;
  readonly hufu_policy: PolicyRow;
  readonly hufu_resets: ResetRow;
  readonly hufu_revocations: RevocationRow;
  readonly hufu_counters: CounterRow;
  readonly hufu_audit: AuditRow;
  readonly hufu_audit_chain: AuditChainRow;
  readonly hufu_audit_personal: AuditPersonalRow;
  readonly hufu_audit_head: AuditHeadRow;
  readonly hufu_deliveries: DeliveryRow;
  readonly hufu_webhooks: WebhookRow;
  readonly hufu_keys: KeyRow;
  readonly hufu_identity_moves: IdentityMoveRow;
  readonly hufu_hot: HotRow;
  readonly hufu_phones: PhoneRow;
  readonly hufu_tickets: TicketRow;
  readonly hufu_refusals: RefusalRow;
  readonly hufu_banned_identities: BannedIdentityRow;
}
