import { freePort } from "../../server/src/core/free-port.fixture.ts";
import type { DatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";

/** A MariaDB Galera cluster: every node takes writes. */
export interface GaleraCluster {
  readonly nodes: readonly DatabaseServer[];
  close(): Promise<void>;
}

const PROVIDER = "/usr/lib/galera/libgalera_smm.so";

/** Starts nodes one after the other: each takes its data from one that runs. */
export async function startGalera(size = 3): Promise<GaleraCluster> {
  const groupPorts: number[] = [];
  for (let node = 0; node < size; node += 1) groupPorts.push(await freePort());
  const members = groupPorts.map((port) => `127.0.0.1:${port}`).join(",");
  const nodes: DatabaseServer[] = [];
  const close = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.close())));
  try {
    for (const [index, groupPort] of groupPorts.entries()) {
      const [historyPort, copyPort] = [await freePort(), await freePort()];
      let isFirstStart = index === 0;
      nodes.push(
        await startMariadbServer({
          flags: () => {
            const flags = [
              "--wsrep-on=ON",
              `--wsrep-provider=${PROVIDER}`,
              `--wsrep-cluster-address=gcomm://${members}`,
              "--wsrep-node-address=127.0.0.1",
              `--wsrep-node-name=node${index + 1}`,
              `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${groupPort};ist.recv_addr=127.0.0.1:${historyPort};gcache.size=16M`,
              "--wsrep-sst-method=rsync",
              `--wsrep-sst-receive-address=127.0.0.1:${copyPort}`,
              "--binlog-format=ROW",
              "--innodb-autoinc-lock-mode=2",
              ...(isFirstStart ? ["--wsrep-new-cluster"] : []),
            ];
            isFirstStart = false;
            return flags;
          },
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return Object.freeze({ nodes, close });
}
