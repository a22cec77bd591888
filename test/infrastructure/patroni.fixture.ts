import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "../../server/src/core/free-port.fixture.ts";
import {
  type DatabaseServer,
  type ServerKind,
  startDatabaseServer,
} from "../../server/src/store/sql/database-server.fixture.ts";
import { newestPrograms } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { startTcpHaproxy } from "./haproxy.fixture.ts";

/** PostgreSQL nodes under Patroni, and an address that leads to the primary. */
export interface PatroniCluster {
  /** HAProxy's port. */
  readonly port: number;
  readonly nodes: readonly PatroniNode[];
  /** The node that calls itself primary; waits for one. */
  primary(): Promise<PatroniNode>;
  /** Resolves when the primary has a standby that the others would promote. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface PatroniNode {
  /** PostgreSQL's port. */
  readonly port: number;
  /** Patroni's own. */
  readonly restPort: number;
  /** Kills PostgreSQL and Patroni, as when the machine fails. */
  crash(): Promise<void>;
  /** A standby receives nothing any more from the primary, and Patroni does not notice. */
  stopReceiving(): Promise<void>;
  /** Patroni goes on: it may promote this node. */
  goOn(): void;
}

export interface PatroniOptions {
  /** Does a commit wait for a standby? Default: yes. */
  readonly synchronous?: boolean;
}

const NODES = 2;
const LOOK_MS = 100;
const LOOKS_MOST = 900;
const LAG_MOST_BYTES = 2 ** 30;
const ETCD: Omit<ServerKind, "arguments"> = {
  name: "etcd",
  user: "postgres",
  initialise: () => undefined,
  command: "/usr/bin/etcd",
  ask: (port) => askOk(port, "/health"),
};

/** Two nodes, etcd for their election and HAProxy in front, all Debian's. */
export async function startPatroni({ synchronous = true }: PatroniOptions = {}): Promise<PatroniCluster> {
  const started: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of started.toReversed()) await one.close();
  };
  try {
    const peerPort = await freePort();
    const etcd = await startDatabaseServer({ ...ETCD, arguments: (folder, port) => etcdFlags(folder, port, peerPort) });
    started.push(etcd);
    const nodes: PatroniNode[] = [];
    for (const name of ["one", "two"]) {
      const node = await startNode(name, etcd.port, synchronous);
      started.push(node);
      nodes.push(node);
    }
    const targets = nodes.map(({ port, restPort }) => ({ port, checkPort: restPort }));
    const proxy = await startTcpHaproxy(targets, "/primary");
    started.push(proxy);
    const cluster: PatroniCluster = {
      port: proxy.port,
      nodes,
      close,
      primary: async () => {
        for (let looks = 0; looks < LOOKS_MOST; looks += 1) {
          for (const node of nodes) if (await isOk(node.restPort, "/primary")) return node;
          await pause();
        }
        throw new Error("Patroni chose no primary");
      },
      ready: async () => {
        const standby = synchronous ? "/synchronous" : "/replica?lag=0";
        for (let looks = 0; looks < LOOKS_MOST; looks += 1) {
          const standbys = await Promise.all(nodes.map(({ restPort }) => isOk(restPort, standby)));
          if (standbys.includes(true)) return;
          await pause();
        }
        throw new Error("Patroni has no standby");
      },
    };
    await cluster.primary();
    await cluster.ready();
    await leadsToPrimary(proxy.port);
    return Object.freeze(cluster);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Until its first checks HAProxy takes every server for the primary. */
async function leadsToPrimary(port: number): Promise<void> {
  let inTurn = 0;
  for (let looks = 0; inTurn < 2 * NODES; looks += 1) {
    if (looks === LOOKS_MOST) throw new Error("HAProxy does not lead to the primary");
    inTurn = (await isPrimary(port)) ? inTurn + 1 : 0;
    if (inTurn === 0) await pause();
  }
}

async function isPrimary(port: number): Promise<boolean> {
  try {
    const [row] = await query(port, "select pg_is_in_recovery()::text as standby");
    return row?.["standby"] === "false";
  } catch {
    return false;
  }
}

/** Not by a signal: what the operating system has received already would be read later. */
async function stopReceiving(port: number): Promise<void> {
  await query(port, "alter system set primary_conninfo = ''");
  await query(port, "select pg_reload_conf()");
  for (let looks = 0; looks < LOOKS_MOST; looks += 1) {
    if ((await query(port, "select 1 as one from pg_stat_wal_receiver")).length === 0) return;
    await pause();
  }
  throw new Error("the standby goes on receiving");
}

async function query(port: number, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startNode(
  name: string,
  etcdPort: number,
  synchronous: boolean,
): Promise<PatroniNode & { close(): Promise<void> }> {
  const restPort = await freePort();
  let home = "";
  const server: DatabaseServer = await startDatabaseServer({
    name: "patroni",
    user: "postgres",
    initialise: (folder) => {
      home = folder;
    },
    command: "/usr/bin/patroni",
    arguments: (folder, port) => {
      // JSON is YAML.
      const config = JSON.stringify(configOf({ name, folder, port, restPort, etcdPort, synchronous }), null, 2);
      writeFileSync(join(folder, "patroni.yml"), config, { mode: 0o644 });
      return [join(folder, "patroni.yml")];
    },
    ask: () => askOk(restPort, "/health"),
  });
  const crash = async (): Promise<void> => {
    const postmaster = postmasterOf(home);
    // Patroni first, or it would start PostgreSQL again.
    await server.crash();
    if (postmaster !== undefined) killFamily(postmaster);
  };
  return {
    port: server.port,
    restPort,
    crash,
    stopReceiving: async () => {
      server.freeze();
      await stopReceiving(server.port);
    },
    goOn: () => server.thaw(),
    close: async () => {
      await crash();
      await server.close();
    },
  };
}

function configOf(node: {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly restPort: number;
  readonly etcdPort: number;
  readonly synchronous: boolean;
}): object {
  const { name, folder, port, restPort, etcdPort, synchronous } = node;
  const rest = `127.0.0.1:${restPort}`;
  return {
    scope: "hufu",
    name,
    restapi: { listen: rest, connect_address: rest },
    etcd3: { host: `127.0.0.1:${etcdPort}` },
    bootstrap: {
      // The shortest that Patroni allows.
      dcs: {
        ttl: 20,
        loop_wait: 1,
        retry_timeout: 3,
        synchronous_mode: synchronous,
        // Else a standby that has missed a MiB, which autovacuum alone may write, is never promoted.
        maximum_lag_on_failover: LAG_MOST_BYTES,
        postgresql: { use_pg_rewind: false, parameters: { max_connections: 100 } },
      },
      initdb: [{ encoding: "UTF8" }, { locale: "C" }, { auth: "trust" }],
      pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      data_dir: join(folder, "data"),
      bin_dir: newestPrograms(),
      pgpass: join(folder, "pgpass"),
      authentication: { superuser: { username: "postgres" }, replication: { username: "postgres" } },
      parameters: { unix_socket_directories: "" },
    },
  };
}

function etcdFlags(folder: string, port: number, peerPort: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const to = ["--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer];
  const cluster = ["--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`];
  return ["--data-dir", join(folder, "etcd"), ...to, ...cluster, "--logger", "zap", "--unsafe-no-fsync"];
}

/** Patroni's PostgreSQL is no child of it. */
function postmasterOf(folder: string): number | undefined {
  const file = join(folder, "data", "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : undefined;
}

function killFamily(pid: number): void {
  const children = readIfThere(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  for (const one of [pid, ...children]) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function askOk(port: number, path: string): Promise<void> {
  if (!(await isOk(port, path))) throw new Error(`127.0.0.1:${port}${path} is not 200`);
}

async function isOk(port: number, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LOOK_MS);
  });
}
