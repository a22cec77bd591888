import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type DatabaseServer, startDatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy");

/** A proxy with its file of `deploy/`, in which only the names and ports of this machine are replaced. */
export interface ShippedProxy {
  readonly name: "nginx" | "HAProxy";
  /** @param changes what a team may have changed in the file: texts of it, and what stands there instead */
  start(nodes: readonly [number, number], changes?: Changes): Promise<RunningProxy>;
}

type Changes = Readonly<Record<string, string>>;

export interface RunningProxy extends DatabaseServer {
  /** Does it send requests to the first or the second node? nginx always does: it has no health check of its own. */
  sendsTo(node: 0 | 1): Promise<boolean>;
}

/** @throws Error if the file does not hold a text that is to change */
function changed(shipped: string, changes: Changes = {}): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the file has no ${from}`);
    return text.replaceAll(from, to);
  }, shipped);
}

/** Every place in a shipped file that names a node or the port. @throws Error if it has none of them */
function atPorts(shipped: string, port: number, nodes: readonly number[]): string {
  const listening = shipped
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("bind :8080", `bind 127.0.0.1:${port}`);
  if (listening === shipped) throw new Error("the file does not listen on 8080");
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
  start: async (nodes, changes) => {
    const server = await startDatabaseServer({
      name: "nginx",
      user: "www-data",
      initialise: () => undefined,
      command: "/usr/sbin/nginx",
      arguments(folder, port) {
        const file = join(folder, "nginx.conf");
        const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
          (kind) => `${kind}_temp_path ${join(folder, kind)};`,
        );
        const shipped = changed(readFileSync(join(DEPLOY, "nginx.conf"), "utf8"), changes);
        writeFileSync(file, atPorts(shipped, port, nodes).replace("http {", `http {\n${temporary.join("\n")}`));
        return ["-e", join(folder, "errors"), "-g", `daemon off; pid ${join(folder, "pid")};`, "-c", file];
      },
      ask: accepts,
    });
    return Object.freeze({ ...server, sendsTo: async () => true });
  },
};

export const haproxy: ShippedProxy = {
  name: "HAProxy",
  async start(nodes, changes) {
    let socket = "";
    const server = await startDatabaseServer({
      name: "haproxy",
      user: "nobody",
      initialise: () => undefined,
      command: "/usr/sbin/haproxy",
      arguments(folder, port) {
        const file = join(folder, "haproxy.cfg");
        socket = join(folder, "stats");
        const shipped = changed(readFileSync(join(DEPLOY, "haproxy.cfg"), "utf8"), changes);
        writeFileSync(file, atPorts(shipped, port, nodes).replace("global\n", `global\n  stats socket ${socket}\n`));
        return ["-db", "-f", file];
      },
      ask: accepts,
    });
    // A line of it: hufu,hufu-1,0,0, … ,UP, …
    const isUp = (stats: string, node: 0 | 1): boolean => new RegExp(`^hufu,hufu-${node + 1},.*,UP,`, "m").test(stats);
    return Object.freeze({ ...server, sendsTo: async (node: 0 | 1) => isUp(await askHaproxy(socket), node) });
  },
};

function askHaproxy(socket: string): Promise<string> {
  const asked = connect(socket);
  asked.end("show stat\n");
  return text(asked);
}
