export type { AuditChainState, AuditFilter, AuditStore, Sealing } from "./audit.ts";
export { type AuditLink, type ChainPlace, type LinkFacts, linkHash, personalHash } from "./audit-chain.ts";
export type { DeliveryStore } from "./deliveries.ts";
export type {
  Counts,
  DirectoryStore,
  ListedSession,
  PageOf,
  Place,
  UserSearch,
  UserStatus,
} from "./directory.ts";
export type { Hints } from "./hints.ts";
export { createMemoryHotStore, type MemoryHotStoreOptions } from "./hot/memory.ts";
export type { RedisClient, RedisClusterClient, RedisConnection, RedisServerClient } from "./hot/redis/redis-client.ts";
export { createRedisHints, type RedisHintsOptions } from "./hot/redis/redis-hints.ts";
export { createRedisHotStore } from "./hot/redis/redis-hot.ts";
export { createRedisLink, type RedisCommand, type RedisLink, type RedisLinkOptions } from "./hot/redis/redis-link.ts";
export type { HotStore, SweptHotStore } from "./hot.ts";
export type {
  IdentityMove,
  IdentityMoved,
  IdentityMoveStore,
  MoveRequest,
  UndoRefusal,
} from "./identity-moves.ts";
export type { ImportedUser, ImportOutcome, ImportRefusal, ImportStore, OwedEdits } from "./import.ts";
export type { SigningKeyStore } from "./keys.ts";
export type { PolicyEdit, PolicySnapshot, PolicyStore } from "./policy.ts";
export type { Kept, PurgeCounts, PurgeStore } from "./purge.ts";
export type {
  AuditRecord,
  Ban,
  Delivery,
  DeviceType,
  HostClaims,
  IdentityKey,
  PendingDelivery,
  RecentToken,
  Revocation,
  RevocationEntry,
  Session,
  SessionFacts,
  SessionOutline,
  StoredAuditRecord,
  StoredKey,
  User,
} from "./records.ts";
export type { Refusal, RefusalStore } from "./refusals.ts";
export type { Cursor, RevocationStore } from "./revocations.ts";
export {
  type Accompaniment,
  CodeTakenError,
  type EndResult,
  type EndTarget,
  type PlannedEnd,
  type SessionStore,
  type SignInFacts,
  type SignInPlan,
  type SignInRequest,
} from "./sessions.ts";
export type { DatabaseFinding } from "./sql/database-finding.ts";
export type { MysqlConnection, MysqlPool } from "./sql/mysql/mysql-pool.ts";
export { type MysqlStoreOptions, openMysqlStore } from "./sql/mysql/open-mysql-store.ts";
export { openPostgresStore, type PostgresStoreOptions } from "./sql/postgres/open-postgres-store.ts";
export type { PostgresLimits } from "./sql/postgres/postgres-limits.ts";
export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "./sql/postgres/postgres-pool.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sql/sqlite/open-sqlite-store.ts";
export { CommitUnknownError, type Recovery, type Store } from "./store.ts";
export type { TicketStore } from "./tickets.ts";
export type { LinkedIdentity, ListedUser, UserChange, UserEdit, UserStore, UserWithIdentities } from "./users.ts";
export type { DeadLetters, StoredWebhook, WebhookCount, WebhookStore } from "./webhooks.ts";
