import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";

/** A server behind HAProxy. */
export interface HaproxyTarget {
  readonly port: number;
  /** Where its health is asked over HTTP. */
  readonly checkPort: number;
}

/** Debian's HAProxy: one TCP address that leads to the server whose `checkPath` answers 200. */
export function startTcpHaproxy(targets: readonly HaproxyTarget[], checkPath: string): Promise<DatabaseServer> {
  return startHaproxy((port) => {
    const servers = targets.map(
      ({ port: to, checkPort }, at) => `  server s${at} 127.0.0.1:${to} check port ${checkPort}`,
    );
    const lines = [
      "defaults",
      "  mode tcp",
      "  timeout connect 3s",
      "  timeout client 60s",
      "  timeout server 60s",
      "listen primary",
      `  bind 127.0.0.1:${port}`,
      `  option httpchk GET ${checkPath}`,
      "  http-check expect status 200",
      // A connection to the old primary must not outlive its role.
      "  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions",
      ...servers,
      "",
    ];
    return lines.join("\n");
  });
}

/** Debian's HAProxy with a configuration for a port. */
export function startHaproxy(configuration: (port: number) => string): Promise<DatabaseServer> {
  return startDatabaseServer({
    name: "haproxy",
    user: "nobody",
    initialise: () => undefined,
    command: "/usr/sbin/haproxy",
    arguments: (folder, port) => {
      writeFileSync(join(folder, "haproxy.cfg"), configuration(port), { mode: 0o644 });
      return ["-db", "-f", join(folder, "haproxy.cfg")];
    },
    ask: connectTo,
  });
}

/** Resolves when a connection is taken. */
export function connectTo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}
