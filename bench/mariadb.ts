import { createConnection } from "mysql2/promise";
import { startMariadbServer } from "../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { withDurableServer } from "./durable-server.ts";

/** A MariaDB with `innodb_flush_log_at_trx_commit=1`, for as long as `work` takes. */
export function withMariadb<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  return withDurableServer(startMariadbServer, async (port) => {
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
    await connection.query("create database hufu");
    await connection.end();
    return work(`mysql://root@127.0.0.1:${port}/hufu`);
  });
}
