import type { CompiledQuery, DatabaseConnection, Driver } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { assertWellFormed } from "../../../core/well-formed.ts";
import { CommitUnknownError } from "../../store.ts";
import { UniqueViolation } from "../dialect.ts";
import type { Fault, Patience, ServerConnection, ServerPool, UnitStatement } from "./server-pool.ts";

/** A unit of work met another one: it may be run again from its beginning. */
export class LostRaceError extends Error {
  override readonly name = "LostRaceError";
}

/** A reading that decides something was answered by a server that only reads, which may be behind the primary. */
class ReadElsewhereError extends Error {
  override readonly name = "ReadElsewhereError";

  constructor() {
    super("a reading was answered by a server that only reads: the URL must lead to the primary, for reading too");
  }
}

/** The server carried out something else: a pooler mixed up the statements of its clients. */
class UnitError extends Error {
  override readonly name = "UnitError";

  constructor(asked: UnitStatement, did: UnitStatement) {
    super(`the server answered ${asked} with ${did}`);
  }
}

export interface PooledDriverOptions {
  readonly pool: ServerPool;
  readonly patience: Patience;
  /** Runs a single statement again when it lost a race. */
  readonly again: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
}

interface Lease {
  readonly server: ServerConnection;
  isInUnit: boolean;
  isBroken: boolean;
}

/** Kysely's driver over a pool: what is thrown has the meaning that `SqlDatabase` promises. */
export function createPooledDriver({ pool, patience, again }: PooledDriverOptions): Driver {
  const leases = new WeakMap<DatabaseConnection, Lease>();
  const leaseOf = (connection: DatabaseConnection): Lease => {
    const lease = leases.get(connection);
    if (lease === undefined) throw new TypeError("this connection is not one of this driver's");
    return lease;
  };

  /** The error that a failure becomes. */
  function meaningOf(error: unknown, lease: Lease, mayHaveHappened: boolean): unknown {
    const fault: Fault = error instanceof ReadElsewhereError ? { kind: "standby" } : pool.faultOf(error);
    switch (fault.kind) {
      case "ours":
        return error;
      case "repeats":
        // Without the driver's error: MySQL's text contains the openid.
        return new UniqueViolation(fault.where, undefined);
      case "race":
        return new LostRaceError("another unit of work was in the way", { cause: error });
      case "refused":
        return unavailable(error);
      case "standby":
        lease.isBroken = true;
        return unavailable(error);
      case "silent":
        lease.isBroken = true;
        return unavailable(mayHaveHappened ? unknownOutcome(error) : error);
    }
  }

  function lend(lease: Lease): DatabaseConnection {
    const { server } = lease;
    const once = async <Row>({ query, sql, parameters }: CompiledQuery) => {
      assertTexts(parameters);
      try {
        const result = await server.run<Row>(sql, parameters);
        if (saysItOnlyReads(result.rows[0])) throw new ReadElsewhereError();
        return result;
      } catch (error) {
        throw meaningOf(error, lease, !lease.isInUnit && query.kind !== "SelectQueryNode");
      }
    };
    return {
      executeQuery: (query) => (lease.isInUnit ? once(query) : again(() => once(query))),
      streamQuery: () => {
        throw new TypeError("nothing here streams");
      },
    };
  }

  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const server = await pool.borrow(patience).catch((error: unknown) => Promise.reject(unavailable(error)));
      const lease: Lease = { server, isInUnit: false, isBroken: false };
      const connection = lend(lease);
      leases.set(connection, lease);
      return connection;
    },
    releaseConnection: async (connection) => {
      const { server, isBroken } = leaseOf(connection);
      server.release(isBroken);
    },

    beginTransaction: async (connection) => {
      const lease = leaseOf(connection);
      lease.isInUnit = true;
      try {
        const did = await lease.server.control("begin");
        if (did !== undefined && did !== "begin") throw new UnitError("begin", did);
      } catch (error) {
        lease.isBroken = true;
        throw error instanceof UnitError ? unavailable(error) : meaningOf(error, lease, false);
      }
    },
    commitTransaction: async (connection) => {
      const lease = leaseOf(connection);
      const did = await lease.server.control("commit").catch((error: unknown) => {
        const { kind } = pool.faultOf(error);
        if (kind === "silent" || kind === "refused") {
          // A server that shuts down may report that after it has carried out the commit.
          lease.isBroken = true;
          throw unavailable(unknownOutcome(error));
        }
        throw meaningOf(error, lease, true);
      });
      lease.isInUnit = false;
      if (did === "rollback") throw new TypeError("a unit of work went on after a statement of it had failed");
      if (did !== undefined && did !== "commit") {
        lease.isBroken = true;
        throw unavailable(unknownOutcome(new UnitError("commit", did)));
      }
    },
    rollbackTransaction: async (connection) => {
      const lease = leaseOf(connection);
      lease.isInUnit = false;
      if (lease.isBroken) return;
      // Report the failure that led here, not this one.
      const did = await lease.server.control("rollback").catch(() => "failed");
      if (did !== undefined && did !== "rollback") lease.isBroken = true;
    },
    destroy: () => pool.end(),
  };
}

/** Statements that are built for one call have no names for their values. */
function assertTexts(values: readonly unknown[]): void {
  for (const value of values) if (typeof value === "string") assertWellFormed(value, "text");
}

/** Readings that decide something carry `differences.onlyReads` under this name. */
export function saysItOnlyReads(row: unknown): boolean {
  return typeof row === "object" && row !== null && "only_reads" in row && row.only_reads !== 0;
}

function unavailable(cause: unknown): HufuError {
  return new HufuError("store_unavailable", { retryAfter: 1, cause });
}

function unknownOutcome(cause: unknown): CommitUnknownError {
  return new CommitUnknownError("the outcome of a commit is not known", { cause });
}
