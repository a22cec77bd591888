import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { type Socket, Server as TcpServer } from "node:net";
import { newRequestId } from "../../http/messages/request-caller.ts";
import { Failure } from "../output/failure.ts";
import { type ConnectionCapacity, capacityHere, keepCapacity } from "./connection-capacity.ts";

// An import would read every member of node:http, and one of them loads all of undici: a seventh of a start.
const { createServer } = process.getBuiltinModule("node:http");

/** A server that listens, and can stop without breaking an answer. */
export interface HttpServer {
  /** Such as `http://127.0.0.1:8080`, with the real port. */
  readonly url: string;
  readonly port: number;
  /** Answers requests from now on; until then they are refused with 503. */
  answerWith(handle: RequestListener): void;
  /** From now on each answer asks its client to close the connection, so that the next request may go elsewhere. */
  closeAfterAnswers(): void;
  /**
   * Takes no new connection, refuses what still comes on open ones with 503, and resolves when every answer under way
   * was sent, or when `within` milliseconds have passed and the rest was cut off; answers how many that was.
   * A connection that waits is closed after `grace` milliseconds (500 by default): what its client has just sent into it
   * shall be answered.
   */
  drain(within: number, grace?: number): Promise<number>;
}

interface HttpServerOptions {
  /** Of all connections at once. Default: what the process's limit of open files allows. */
  readonly capacity?: ConnectionCapacity;
  /** Called whenever a connection is told that there is no capacity for it. */
  readonly noCapacity?: () => void;
  /** Begins the sentence that says why it cannot listen. Default: nothing. */
  readonly what?: string;
}

const MAX_HEADER_BYTES = 16_384;
/** Headers are sent in one go: a client that sends them slowly holds a socket. */
const HEADERS_MS = 10_000;
/** The largest body is some kilobytes. */
const REQUEST_MS = 30_000;
/** Longer than a load balancer's, so that it never sends into a connection that we are closing. */
const KEEP_ALIVE_MS = 72_000;
const CHECK_MS = 2_000;
const GRACE_MS = 500;
const MOST_TURNS = 1000;
/** For reading that there is no capacity. */
const TOLD_MS = 1000;

/**
 * Listens; port 0 takes a free one.
 * @throws Failure if the address cannot be had
 */
export function startHttpServer(
  host: string,
  port: number,
  { capacity = capacityHere(), noCapacity, what = "" }: HttpServerOptions = {},
): Promise<HttpServer> {
  let underWay = 0;
  let handle: RequestListener | undefined;
  let leaving = false;
  let draining = false;
  let graceOver = false;

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    (request, response) => {
      const { socket } = request;
      if (!connections.asks(socket, response)) return request.resume();
      if (draining || handle === undefined) return refuse(request, response);
      if (leaving) response.shouldKeepAlive = false;
      underWay += 1;
      response.on("close", () => {
        underWay -= 1;
        connections.answered(socket, response);
        if (graceOver) server.closeIdleConnections();
      });
      handle(request, response);
    },
  );

  const connections = keepCapacity(server, capacity, (socket) => {
    tellCapacityReached(socket);
    noCapacity?.();
  });

  function drain(within: number, grace: number = GRACE_MS): Promise<number> {
    draining = true;
    return new Promise((resolve) => {
      let cut = 0;
      const soon = setTimeout(() => {
        graceOver = true;
        server.closeIdleConnections();
      }, grace);
      const tooLong = setTimeout(() => {
        cut = underWay;
        server.closeAllConnections();
      }, within);
      whenNobodyWaits(server, () => {
        const closed = (): void => {
          clearTimeout(soon);
          clearTimeout(tooLong);
          resolve(cut);
        };
        // Not the close of HTTP servers: that breaks waiting connections at once, with requests that are in their buffers.
        // Bun's servers have no other one.
        const isTcpServer: boolean = server instanceof TcpServer;
        if (isTcpServer) TcpServer.prototype.close.call(server, closed);
        else server.close(closed);
      });
      connections.closeAfterAnswers();
    });
  }

  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new Failure(what + whyNotListening(error, host, port), { cause: error })));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : port;
      resolve(
        Object.freeze({
          url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
          port: actual,
          answerWith: (listener: RequestListener) => {
            handle = listener;
          },
          closeAfterAnswers: () => {
            leaving = true;
          },
          drain,
        }),
      );
    });
  });
}

/**
 * Under load connections wait to be accepted, and closing the port would break them. So it is closed after the first turn
 * of the event loop in which none came, or after some turns at the latest.
 */
function whenNobodyWaits(server: Server, then: () => void): void {
  let came = false;
  let turns = 0;
  const accept = () => {
    came = true;
  };
  const turn = () => {
    turns += 1;
    if (came && turns < MOST_TURNS) {
      came = false;
      // Two, because between them the loop has certainly looked for connections.
      setImmediate(() => setImmediate(turn));
      return;
    }
    server.off("connection", accept);
    then();
  };
  server.on("connection", accept);
  setImmediate(() => setImmediate(turn));
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const { headers, body } = refusal("This server is starting or stopping; try again.", newRequestId());
  response.writeHead(503, headers).end(body);
}

/** Rejects a connection at once, without waiting for its request. */
function tellCapacityReached(socket: Socket): void {
  const { headers, body } = refusal("This server has no capacity for another connection; try again.", newRequestId());
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 503 Service Unavailable\r\n${lines.join("")}\r\n${body}`);
  const tooLong = setTimeout(() => socket.destroy(), TOLD_MS);
  socket.once("close", () => clearTimeout(tooLong));
}

/** In the shape that clients know: they keep every token, wait and try again. */
function refusal(
  description: string,
  requestId: string,
): { readonly headers: Readonly<Record<string, string | number>>; readonly body: string } {
  const body = JSON.stringify({
    error: "temporarily_unavailable",
    error_description: description,
    reason: "store_unavailable",
    request_id: requestId,
  });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "retry-after": "1",
    "x-request-id": requestId,
    connection: "close",
  };
  return { headers, body };
}

function whyNotListening(error: Error, host: string, port: number): string {
  const code = "code" in error ? error.code : undefined;
  const where = `${host}:${port}`;
  if (code === "EADDRINUSE") return `cannot listen on ${where}: another program uses this port`;
  if (code === "EACCES") return `cannot listen on ${where}: this user may not use this port`;
  if (code === "EADDRNOTAVAIL") return `cannot listen on ${where}: this machine does not have this address`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `cannot listen on ${where}: there is no such host`;
  return `cannot listen on ${where}: ${error.message}`;
}
