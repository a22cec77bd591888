import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";
import { firstTables } from "./0001-first-tables.ts";
import { indexesOfSignIn } from "./0002-indexes-of-sign-in.ts";
import { phones } from "./0003-phones.ts";
import { auditChain } from "./0004-audit-chain.ts";
import { tickets } from "./0005-tickets.ts";
import { administration } from "./0006-administration.ts";
import { bannedIdentities } from "./0007-banned-identities.ts";
import { identityMoves } from "./0008-identity-moves.ts";
import { higherAcr } from "./0009-higher-acr.ts";
import { redundantIndex } from "./0010-redundant-index.ts";
import { webhooks } from "./0011-webhooks.ts";

/** Brings the tables from one version to the next. */
type Migration = (db: Pick<Kysely<unknown>, "schema" | "getExecutor">) => Promise<void>;

/**
 * Every migration by its name, numbered and forward only. One that was released never changes again. Nodes of two
 * neighbouring versions run side by side: a migration only changes what the older one does not mind.
 */
export function migrations(columns: ColumnTypes): Readonly<Record<string, Migration>> {
  return {
    "0001-first-tables": (db) => firstTables(db, columns),
    "0002-indexes-of-sign-in": indexesOfSignIn,
    "0003-phones": (db) => phones(db, columns),
    "0004-audit-chain": (db) => auditChain(db, columns),
    "0005-tickets": (db) => tickets(db, columns),
    "0006-administration": (db) => administration(db, columns),
    "0007-banned-identities": (db) => bannedIdentities(db, columns),
    "0008-identity-moves": (db) => identityMoves(db, columns),
    "0009-higher-acr": (db) => higherAcr(db, columns),
    "0010-redundant-index": (db) => redundantIndex(db, columns),
    "0011-webhooks": (db) => webhooks(db, columns),
  };
}
