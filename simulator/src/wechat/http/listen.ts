import { createServer, type RequestListener } from "node:http";

/** A server that runs. */
export interface Listening {
  /** Such as `http://127.0.0.1:40123`, without a slash at the end. */
  readonly url: string;
  /** Breaks every connection, unanswered calls included. */
  close(): Promise<void>;
}

/** Starts an HTTP server; rejects if the address is taken. */
export function listenOn(handle: RequestListener, port: number, host: string): Promise<Listening> {
  const server = createServer(handle);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : port;
      resolve(
        Object.freeze({
          url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
          close: () =>
            new Promise<void>((done, fail) => {
              server.close((error) => (error === undefined ? done() : fail(error)));
              server.closeAllConnections();
            }),
        }),
      );
    });
  });
}
