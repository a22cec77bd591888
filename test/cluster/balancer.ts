import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A loopback load balancer: each connection goes to the next node that takes it. */
export interface Balancer {
  readonly port: number;
  /** Breaks all connections; new ones may be made at once. */
  cut(): void;
  close(): void;
}

/** @param targets ports of the nodes that may be asked, now */
export async function startBalancer(targets: () => readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on("error", () => undefined);
    return socket.once("close", () => sockets.delete(socket));
  }

  function forward(client: Socket, triesLeft: number): void {
    const ports = targets();
    const port = ports[turn++ % Math.max(1, ports.length)];
    if (port === undefined || triesLeft === 0) {
      client.destroy();
      return;
    }
    const node = keep(connect({ host: "127.0.0.1", port }));
    const refused = (): void => forward(client, triesLeft - 1);
    node.once("error", refused);
    node.once("connect", () => {
      node.off("error", refused);
      // A side that closes takes the other along: half a connection would be waited on for ever.
      node.once("close", () => client.destroy());
      client.once("close", () => node.destroy());
      client.pipe(node).pipe(client);
    });
  }

  const server = createServer((client) => forward(keep(client), 5));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    close() {
      server.close();
      cut();
    },
  };
}
