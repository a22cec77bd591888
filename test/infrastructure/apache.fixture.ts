import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";
import { connectTo } from "./haproxy.fixture.ts";

const MODULES = "/usr/lib/apache2/modules";

/** Debian's Apache, which answers 200 to these paths unless the configuration forbids it. */
export function startApache(configuration: string, paths: readonly string[]): Promise<DatabaseServer> {
  return startDatabaseServer({
    name: "apache",
    user: "www-data",
    initialise: (folder) => {
      mkdirSync(join(folder, "www"));
      for (const path of paths) writeFileSync(join(folder, "www", path), "{}\n");
    },
    command: "/usr/sbin/apache2",
    arguments: (folder, port) => {
      const lines = [
        `ServerRoot ${folder}`,
        "ServerName 127.0.0.1",
        `Listen 127.0.0.1:${port}`,
        `DefaultRuntimeDir ${folder}`,
        `PidFile ${folder}/apache.pid`,
        `ErrorLog ${folder}/error.log`,
        ...["mpm_event", "authn_core", "authz_core"].map(
          (name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`,
        ),
        `DocumentRoot ${folder}/www`,
        configuration,
      ];
      writeFileSync(join(folder, "apache.conf"), lines.join("\n"), { mode: 0o644 });
      return ["-f", join(folder, "apache.conf"), "-D", "FOREGROUND"];
    },
    ask: connectTo,
  });
}
