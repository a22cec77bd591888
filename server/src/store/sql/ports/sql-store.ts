import { sql } from "kysely";
import type { Store } from "../../store.ts";
import type { Differences, SqlDatabase } from "../dialect.ts";
import { prepareStatements } from "../statements/prepared/statements.ts";
import { createRefreshes } from "../together/refreshes.ts";
import { watchWrites } from "../watch-writes.ts";
import { createSqlAudit } from "./sql-audit.ts";
import { createSqlDeliveries } from "./sql-deliveries.ts";
import { createSqlDirectory } from "./sql-directory.ts";
import { createSqlHotStore } from "./sql-hot.ts";
import { createSqlIdentityMoves } from "./sql-identity-moves.ts";
import { createSqlImport } from "./sql-import.ts";
import { createSqlKeys } from "./sql-keys.ts";
import { createSqlPhones } from "./sql-phones.ts";
import { createSqlPolicy } from "./sql-policy.ts";
import { createSqlPurge } from "./sql-purge.ts";
import { createSqlRecover } from "./sql-recover.ts";
import { createSqlRefusals } from "./sql-refusals.ts";
import { createSqlRevocations } from "./sql-revocations.ts";
import { createSqlSessions } from "./sql-sessions.ts";
import { createSqlTickets } from "./sql-tickets.ts";
import { createSqlUsers } from "./sql-users.ts";
import { createSqlWebhooks } from "./sql-webhooks.ts";

/**
 * All ports over one open, migrated database.
 * @param entryLifeMs as the database keeps it, see `keepEntryLife`
 * @param timeline the expression of `differences`, where this server can say it; see `usableTimeline`
 */
export function createSqlStore(
  opened: SqlDatabase,
  entryLifeMs: number,
  timeline: Differences["timeline"] = undefined,
): Store {
  const { database, writes } = watchWrites(opened);
  const statements = prepareStatements(database);
  const refreshes = createRefreshes(database, statements);
  return Object.freeze<Store>({
    sessions: createSqlSessions(database, statements, refreshes),
    users: createSqlUsers(database, statements),
    phones: createSqlPhones(database, statements),
    policy: createSqlPolicy(database, statements),
    keys: createSqlKeys(database, statements),
    revocations: createSqlRevocations(database, statements, timeline),
    audit: createSqlAudit(database, statements),
    deliveries: createSqlDeliveries(database),
    webhooks: createSqlWebhooks(database, statements),
    tickets: createSqlTickets(database),
    directory: createSqlDirectory(database),
    refusals: createSqlRefusals(database),
    identityMoves: createSqlIdentityMoves(database, statements),
    import: createSqlImport(database, statements),
    purge: createSqlPurge(database),
    hot: createSqlHotStore(database),
    hints: database.hints,
    entryLifeMs,
    writes,
    poolUse: database.poolUse,
    refreshUse: refreshes.use,
    recover: createSqlRecover(database, statements),
    ping: async () => void (await sql`select 1`.execute(database.reader)),
    close: () => database.close(),
  });
}
