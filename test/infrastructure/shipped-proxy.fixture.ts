import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy");

/** A proxy with its file of `deploy/`, in which only the names and ports of this machine are replaced. */
export interface ShippedProxy {
  readonly name: "nginx" | "HAProxy";
  start(nodes: readonly [number, number]): Promise<DatabaseServer>;
}

/** Every place in a shipped file that names a node or the port. @throws Error if it has none of them */
function atPorts(text: string, port: number, nodes: readonly number[]): string {
  const listening = text
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("bind :8080", `bind 127.0.0.1:${port}`);
  if (listening === text) throw new Error("the file does not listen on 8080");
  return nodes.reduce((known, node, at) => {
    const replaced = known.replaceAll(`hufu-${at + 1}:8080`, `127.0.0.1:${node}`);
    if (replaced === known) throw new Error(`the file does not name hufu-${at + 1}:8080`);
    return replaced;
  }, listening);
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
  } finally {
    socket.destroy();
  }
}

export const nginx: ShippedProxy = {
  name: "nginx",
  start: (nodes) =>
    startDatabaseServer({
      name: "nginx",
      user: "www-data",
      initialise: () => undefined,
      command: "/usr/sbin/nginx",
      arguments(folder, port) {
        const file = join(folder, "nginx.conf");
        const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
          (kind) => `${kind}_temp_path ${join(folder, kind)};`,
        );
        const text = readFileSync(join(DEPLOY, "nginx.conf"), "utf8");
        writeFileSync(file, atPorts(text, port, nodes).replace("http {", `http {\n${temporary.join("\n")}`));
        return ["-e", join(folder, "errors"), "-g", `daemon off; pid ${join(folder, "pid")};`, "-c", file];
      },
      ask: accepts,
    }),
};

export const haproxy: ShippedProxy = {
  name: "HAProxy",
  start: (nodes) =>
    startDatabaseServer({
      name: "haproxy",
      user: "nobody",
      initialise: () => undefined,
      command: "/usr/sbin/haproxy",
      arguments(folder, port) {
        const file = join(folder, "haproxy.cfg");
        writeFileSync(file, atPorts(readFileSync(join(DEPLOY, "haproxy.cfg"), "utf8"), port, nodes));
        return ["-db", "-f", file];
      },
      ask: accepts,
    }),
};
