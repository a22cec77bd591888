import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { SeededRandom } from "../properties/seeded-random.ts";

/** What happens to one request on its way. */
export type Conditions =
  | { readonly kind: "clear" }
  /** The request waits first. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The connection is reset and the request never arrives. */
  | { readonly kind: "reset" }
  /** The request arrives; of the answer nothing does. */
  | { readonly kind: "answer-lost" }
  /** Of the answer the first half arrives, then the connection is reset. */
  | { readonly kind: "answer-cut" }
  /** The request arrives, and once more after `ms`, on a second connection, perhaps at another node. */
  | { readonly kind: "duplicate"; readonly ms: number }
  /** Nothing arrives, and nobody says so. */
  | { readonly kind: "stall" };

/** An answer that a node gave, whether or not it arrived. */
export interface Given {
  readonly port: number;
  readonly text: string;
  /** Was it the answer to a duplicate? */
  readonly late: boolean;
}

export interface ProxyOptions {
  /** Ports of the nodes that may be asked, now. */
  readonly targets: () => readonly number[];
  /** Drawn for each request, in the order of their arrival. */
  readonly conditions: () => Conditions;
  /** Chooses among the nodes. */
  readonly seeded: SeededRandom;
  readonly onGiven?: (given: Given) => void;
}

/** A loopback proxy in front of some nodes: one request on each connection, as its clients send them. */
export interface TcpProxy {
  readonly port: number;
  /** Resolves when no duplicate is still on its way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A stalled client gets an error after this time, if not from its own clock. */
const STALL_MOST_MS = 30_000;

export async function startTcpProxy({ targets, conditions, seeded, onGiven }: ProxyOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const late = new Set<Promise<void>>();
  let closing = false;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    void serve(client).catch(() => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new TypeError("the proxy listens on a port");

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  }

  async function serve(client: Socket): Promise<void> {
    const request = await readRequest(client);
    if (request === undefined) return;
    const today = conditions();
    if (today.kind === "reset") {
      client.resetAndDestroy();
      return;
    }
    if (today.kind === "stall") {
      await Promise.race([once(client, "close"), delay(STALL_MOST_MS, undefined, { ref: false })]);
      client.destroy();
      return;
    }
    if (today.kind === "delay") await delay(today.ms);
    if (today.kind === "duplicate") sendAgain(request, today.ms);
    const answer = await ask(request, false);
    // A node that died while it was asked says nothing.
    if (answer === undefined || today.kind === "answer-lost") client.resetAndDestroy();
    else if (today.kind !== "answer-cut") client.end(answer);
    else client.write(answer.subarray(0, answer.length >> 1), () => client.resetAndDestroy());
  }

  function sendAgain(request: Buffer, ms: number): void {
    const work = delay(ms)
      .then(() => (closing ? undefined : ask(request, true)))
      .then(() => undefined);
    late.add(work);
    void work.finally(() => late.delete(work));
  }

  /** The whole answer of some node, or nothing if it broke off. */
  async function ask(request: Buffer, isLate: boolean): Promise<Buffer | undefined> {
    const [first, ...rest] = targets();
    if (first === undefined) return undefined;
    const port = seeded.pick([first, ...rest]);
    const upstream = connect(port, "127.0.0.1");
    keep(upstream);
    upstream.write(request);
    const chunks: Buffer[] = [];
    upstream.on("data", (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => upstream.once("end", resolve).once("close", resolve));
    upstream.destroy();
    const answer = Buffer.concat(chunks);
    if (!isWhole(answer)) return undefined;
    onGiven?.({ port, text: answer.toString("utf8"), late: isLate });
    return answer;
  }

  return Object.freeze<TcpProxy>({
    port: address.port,
    async settled() {
      while (late.size > 0) await Promise.all(late);
    },
    async close() {
      closing = true;
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(late);
    },
  });
}

/** The bytes of one request, body included; nothing if its sender went away. */
function readRequest(client: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isWhole(bytes)) return;
      client.off("data", take);
      resolve(bytes);
    };
    client.on("data", take);
    client.once("close", () => resolve(undefined));
  });
}

/** Are these all the bytes of an HTTP message that says its length? */
function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = bytes.toString("latin1", 0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1] ?? "0";
  return bytes.length >= end + 4 + Number(length);
}
